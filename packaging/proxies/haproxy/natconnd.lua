-- Asks natconnd who sent a request. For HAProxy, from 2.6 on, which cannot make such a
-- question itself; natconnd.cfg loads this.
--
-- A client's connection has one internal host from its begin to its end. So once the
-- host is known for certain, it is remembered with the connection, and natconnd is not
-- asked for the next request. Whatever goes wrong, the request goes on, without a host.

-- The frontend of natconnd.cfg, which knows natconnd's address, keeps connections to it,
-- and has the time limits. The host name in the URL is none that is looked up.
local FRONTEND = "abns@natconnd"
local QUESTION = "http://127.0.0.1/api/v1/forward-auth?nat=%s&nat_port=%s&remote=%s&remote_port=%s&protocol=HTTP/%s"

-- More than the frontend needs to give up: milliseconds.
local LIMIT = 1000

-- The variables, by the header that they are of.
local VARIABLES = {
    ["x-internal-address"] = "internal_address",
    ["x-internal-port"] = "internal_port",
    ["x-nat-verdict"] = "nat_verdict",
    ["x-nat-coverage"] = "nat_coverage",
}

local function ask(txn)
    local f = txn.f
    local question = string.format(QUESTION, tostring(f:src()), tostring(f:src_port()),
        tostring(f:dst()), tostring(f:dst_port()), tostring(f:req_ver()))
    local client = core.httpclient()
    local asked, answer = pcall(client.get, client, { url = question, dst = FRONTEND, timeout = LIMIT })
    if not asked or not answer or answer.status ~= 204 then
        return {}
    end
    return answer.headers or {}
end

core.register_action("natconnd", { "http-req" }, function(txn)
    if txn:get_var("sess.internal_address") then
        for _, name in pairs(VARIABLES) do
            txn:set_var("txn." .. name, txn:get_var("sess." .. name))
        end
        return
    end
    local headers = ask(txn)
    local function says(header, value)
        return headers[header] ~= nil and headers[header][0] == value
    end
    local is_certain = says("x-nat-verdict", "one") and says("x-nat-coverage", "complete")
    for header, name in pairs(VARIABLES) do
        local value = headers[header] and headers[header][0]
        if value then
            txn:set_var("txn." .. name, value)
            if is_certain then
                txn:set_var("sess." .. name, value)
            end
        end
    end
end, 0)
