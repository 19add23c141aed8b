#compdef natconn

autoload -U is-at-least

_natconn() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_natconn_commands" \
"*::: :->natconn" \
&& ret=0
    case $state in
    (natconn)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-command-$line[1]:"
        case $line[1] in
            (lookup)
_arguments "${_arguments_options[@]}" : \
'-r+[Only translations with this far end]:ENDPOINT:_default' \
'--remote=[Only translations with this far end]:ENDPOINT:_default' \
'-i+[Only translations of this internal host]:ENDPOINT:_default' \
'--internal=[Only translations of this internal host]:ENDPOINT:_default' \
'-p+[The protocol, where it does not stand before the endpoint]:PROTOCOL:_default' \
'--protocol=[The protocol, where it does not stand before the endpoint]:PROTOCOL:_default' \
'-k+[Only this kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'--kind=[Only this kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'-z+[Only this conntrack zone, 0 to 65535]:ZONE:_default' \
'--zone=[Only this conntrack zone, 0 to 65535]:ZONE:_default' \
'-n+[Show at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'--limit=[Show at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'(--from --to)--at=[Tell who was behind it at this time]:TIME:_default' \
'--from=[Tell who was behind it from this time on]:TIME:_default' \
'--to=[Tell who was behind it up to this time]:TIME:_default' \
'--tolerance=[By how much the clock that measured the time may differ from the gateway'\''s\: 2s, 500ms, 1h or 0 \[default\: 2s\]]:DURATION:_default' \
'(-i --internal --at --from --to --json)-f+[Answer each line of FILE, - for standard input\: CSV, NDJSON, lines of logs or mails. Prints the lines with their answers beside them. --remote, --protocol, --kind and --zone hold for lines that do not say it]:FILE:_files' \
'(-i --internal --at --from --to --json)--file=[Answer each line of FILE, - for standard input\: CSV, NDJSON, lines of logs or mails. Prints the lines with their answers beside them. --remote, --protocol, --kind and --zone hold for lines that do not say it]:FILE:_files' \
'--format=[What the lines are \[default\: guessed from the first one\]]:FORMAT:((csv\:"Rows under a header"
ndjson\:"A JSON object on each line"
text\:"Lines of logs"
mail\:"Mails about abuse, one or several (mbox)"))' \
'*--columns=[Which column is for what, by comma\: FIELD=NAME or FIELD=NUMBER, for FIELD one of nat_address, nat_port, remote_address, remote_port, internal_address, protocol, kind, zone, at, time_of_day, from, to \[default\: guessed from the names\]]:COLUMNS:_default' \
'*--nat=[The gateway'\''s NAT addresses or networks, by comma\: of the addresses in a line, these are meant]:NETWORKS:_default' \
'--timezone=[The time zone of times that name none\: UTC, +01\:00, Europe/Berlin \[default\: UTC\]]:ZONE:_default' \
'--year=[The year of dates that name none \[default\: the latest that is not in the future\]]:YEAR:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::first -- Protocol\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255; may be left out:_default' \
'::second -- NAT endpoint\: ADDR\:PORT, ADDR, \:PORT, \[V6\]\:PORT or ADDR/BITS; for PORT also FIRST-LAST. The ICMP id or GRE key stands in the port'\''s place:_default' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'-s+[Sort by started_at, internal, nat or remote; -KEY for descending \[default\: started_at\]]:KEY:_default' \
'--sort=[Sort by started_at, internal, nat or remote; -KEY for descending \[default\: started_at\]]:KEY:_default' \
'-n+[List at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'--limit=[List at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'*-i+[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*--internal=[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*-N+[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*--nat=[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*-r+[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*--remote=[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*-p+[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*--protocol=[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*-k+[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*--kind=[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*-z+[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'*--zone=[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'(-n --limit)-a[List all translations, however many]' \
'(-n --limit)--all[List all translations, however many]' \
'(--csv --ndjson)--json[Print exactly the API'\''s JSON, one page a line]' \
'(--ndjson)--csv[Print CSV with a header row, as the API sends it]' \
'--ndjson[Print one JSON object for each translation, one a line]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(records)
_arguments "${_arguments_options[@]}" : \
'--from=[Only what lived at this time or later \[default\: since ever\]]:TIME:_default' \
'--to=[Only what lived at this time or earlier \[default\: now\]]:TIME:_default' \
'-i+[Only this internal host\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINT:_default' \
'--internal=[Only this internal host\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINT:_default' \
'-N+[Only this NAT endpoint, written as above]:ENDPOINT:_default' \
'--nat=[Only this NAT endpoint, written as above]:ENDPOINT:_default' \
'-r+[Only this far end, written as above]:ENDPOINT:_default' \
'--remote=[Only this far end, written as above]:ENDPOINT:_default' \
'-p+[Only this protocol\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOL:_default' \
'--protocol=[Only this protocol\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOL:_default' \
'-k+[Only this kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'--kind=[Only this kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'-z+[Only this conntrack zone, 0 to 65535]:ZONE:_default' \
'--zone=[Only this conntrack zone, 0 to 65535]:ZONE:_default' \
'-n+[List at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'--limit=[List at most N translations, 1 to 10000 \[default\: 100\]]:N:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'(-n --limit)-a[List all translations, however many]' \
'(-n --limit)--all[List all translations, however many]' \
'(--csv --ndjson)--json[Print exactly the API'\''s JSON, one page a line]' \
'(--ndjson)--csv[Print CSV with a header row, as the API sends it]' \
'--ndjson[Print one JSON object for each translation, one a line]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
'*-i+[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*--internal=[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*-N+[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*--nat=[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*-r+[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*--remote=[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*-p+[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*--protocol=[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*-k+[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*--kind=[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*-z+[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'*--zone=[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON, one change a line]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(top)
_arguments "${_arguments_options[@]}" : \
'--every=[How often to ask natconnd, which counts every 5 s at most\: 500ms, 2s, 1m]:DURATION:_default' \
'-n+[With --once\: rows of each table at most, 1 to 1000]:N:_default' \
'--rows=[With --once\: rows of each table at most, 1 to 1000]:N:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--once[Print the tables once as text, and end]' \
'--json[Print exactly the API'\''s JSON, once]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'(--json)-a[Say also what is well, a line for each check]' \
'(--json)--all[Say also what is well, a line for each check]' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ident)
_arguments "${_arguments_options[@]}" : \
'*--among=[Try these addresses\: ADDR or ADDR/BITS, 2^24 addresses at most]:NETWORK:_default' \
'--key-file=[The file with the key \[default\: what the configuration names\]]:FILE:_files' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':hash -- The hash, or its first 8 digits or more:_default' \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help]' \
'--help[Print help]' \
":: :_natconn__subcmd__history_commands" \
"*::: :->history" \
&& ret=0

    case $state in
    (history)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-history-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON, a file on each line]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(gaps)
_arguments "${_arguments_options[@]}" : \
'--from=[Only gaps that reach beyond this time]:TIME:_default' \
'--to=[Only gaps that began before this time]:TIME:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'--from=[The beginning of the time]:TIME:_default' \
'--to=[The end of the time \[default\: now\]]:TIME:_default' \
'-f+[The form of the file]:FORMAT:(parquet csv ndjson)' \
'--format=[The form of the file]:FORMAT:(parquet csv ndjson)' \
'-o+[Write into this file, which must not be there yet \[default\: standard output\]]:FILE:_files' \
'--output=[Write into this file, which must not be there yet \[default\: standard output\]]:FILE:_files' \
'*-i+[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*--internal=[Internal hosts, by comma\: ADDR, ADDR/BITS, ADDR\:PORT, \:PORT, \[V6\]\:PORT; for PORT also FIRST-LAST]:ENDPOINTS:_default' \
'*-N+[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*--nat=[NAT endpoints, by comma, written as above]:ENDPOINTS:_default' \
'*-r+[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*--remote=[Far ends, by comma, written as above]:ENDPOINTS:_default' \
'*-p+[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*--protocol=[By comma\: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255]:PROTOCOLS:_default' \
'*-k+[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*--kind=[Kind of translation]:KIND:((source\:"SNAT, masquerade"
destination\:"DNAT, port forward, redirect"))' \
'*-z+[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'*--zone=[Conntrack zones, by comma, 0 to 65535]:ZONES:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(hold)
_arguments "${_arguments_options[@]}" : \
'--nat=[The NAT endpoint or a part of it]:ENDPOINT:_default' \
'-r+[The far end or a part of it]:ENDPOINT:_default' \
'--remote=[The far end or a part of it]:ENDPOINT:_default' \
'-i+[The internal host]:ENDPOINT:_default' \
'--internal=[The internal host]:ENDPOINT:_default' \
'-p+[The protocol]:PROTOCOL:_default' \
'--protocol=[The protocol]:PROTOCOL:_default' \
'(--from --to)--at=[What lived at this time]:TIME:_default' \
'--from=[What lived from this time on]:TIME:_default' \
'--to=[What lived up to this time]:TIME:_default' \
'--tolerance=[By how much the clock that measured the time may differ from the gateway'\''s\: 2s, 500ms, 1h or 0 \[default\: 2s\]]:DURATION:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':case -- The name of the case\: letters, digits, - _ and :_default' \
&& ret=0
;;
(holds)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(release)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':case -- The name of the case:_default' \
&& ret=0
;;
(expire)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--dry-run[Only tell, which is all that this command does]' \
'--json[Print exactly the API'\''s JSON]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__history__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-history-help-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(gaps)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hold)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(holds)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(release)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(expire)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(audit)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_natconn__subcmd__audit_commands" \
"*::: :->audit" \
&& ret=0

    case $state in
    (audit)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-audit-command-$line[1]:"
        case $line[1] in
            (verify)
_arguments "${_arguments_options[@]}" : \
'--head=[A line that was noted elsewhere, which must be there]:SEQUENCE:HASH:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--json[Print one JSON object]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':folder -- The folder with the audit files:_files' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'--from=[Only what was asked at this time or later]:TIME:_default' \
'--to=[Only what was asked at this time or earlier]:TIME:_default' \
'--caller=[Only what this caller asked]:NAME:_default' \
'--of-case=[Only what was asked for this case]:CASE:_default' \
'--contains=[Only lines with this text in question, reason, or anything else]:TEXT:_default' \
'--after=[Only lines behind this one, for the next page]:SEQUENCE:_default' \
'-n+[List at most N lines \[default\: 100\]]:N:_default' \
'--limit=[List at most N lines \[default\: 100\]]:N:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--oldest-first[List the first line first]' \
'--requests[Only requests, and nothing that is told of the audit itself]' \
'(-n --limit)-a[List all lines, however many]' \
'(-n --limit)--all[List all lines, however many]' \
'--json[Print the lines as they are in the files]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':folder -- The folder with the audit files:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__audit__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-audit-help-command-$line[1]:"
        case $line[1] in
            (verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(config)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_natconn__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-config-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The file:_files' \
&& ret=0
;;
(migrate)
_arguments "${_arguments_options[@]}" : \
'-o+[Write the TOML into this file, which must not be there yet]:FILE:_files' \
'--output=[Write the TOML into this file, which must not be there yet]:FILE:_files' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The file:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-config-help-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(migrate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(token)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_natconn__subcmd__token_commands" \
"*::: :->token" \
&& ret=0

    case $state in
    (token)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-token-command-$line[1]:"
        case $line[1] in
            (new)
_arguments "${_arguments_options[@]}" : \
'--name=[Print a section of the configuration for the caller of this name\: letters, digits and -]:NAME:_default' \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'(--name)--only[Print nothing but the token]' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(hash)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__token__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-token-help-command-$line[1]:"
        case $line[1] in
            (new)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hash)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'(--url)--socket=[Ask natconnd over this unix socket \[default\: /run/natconnd/natconnd.sock\] \[env\: NATCONN_SOCKET\]]:PATH:_files' \
'--url=[Ask natconnd over TCP, for example at http\://127.0.0.1\:8080 or, over TLS, at https\://gateway.example\:8443 \[env\: NATCONN_URL\]]:URL:_default' \
'--ca=[Trust the certificates of these CAs, PEM, in place of the system'\''s \[env\: NATCONN_CA\]]:FILE:_files' \
'--timeout=[Give up after this many seconds without an answer, 1 to 3600]:SECONDS:_default' \
'--token-file=[Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see \[env\: NATCONN_TOKEN, the token itself\]]:FILE:_files' \
'--certificate=[Show this certificate, PEM, and those that lead to its root \[env\: NATCONN_CERTIFICATE\]]:FILE:_files' \
'--key=[The certificate'\''s key, PEM \[default\: the certificate'\''s file\] \[env\: NATCONN_KEY\]]:FILE:_files' \
'--case=[Say for which case this is asked, for the audit file \[env\: NATCONN_CASE\]]:TEXT:_default' \
'--reason=[Say why this is asked, for the audit file \[env\: NATCONN_REASON\]]:TEXT:_default' \
'--local[Show times in this machine'\''s time zone instead of UTC]' \
'--token-in-clear[Show the token without TLS to another machine, too\: everybody on the way can read it and use it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':shell -- The shell:(bash zsh fish)' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-help-command-$line[1]:"
        case $line[1] in
            (lookup)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(records)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(top)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ident)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__help__subcmd__history_commands" \
"*::: :->history" \
&& ret=0

    case $state in
    (history)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-help-history-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(gaps)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hold)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(holds)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(release)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(expire)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(audit)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__help__subcmd__audit_commands" \
"*::: :->audit" \
&& ret=0

    case $state in
    (audit)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-help-audit-command-$line[1]:"
        case $line[1] in
            (verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(config)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__help__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-help-config-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(migrate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(token)
_arguments "${_arguments_options[@]}" : \
":: :_natconn__subcmd__help__subcmd__token_commands" \
"*::: :->token" \
&& ret=0

    case $state in
    (token)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:natconn-help-token-command-$line[1]:"
        case $line[1] in
            (new)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hash)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_natconn_commands] )) ||
_natconn_commands() {
    local commands; commands=(
'lookup:Tell which internal host is behind a NAT endpoint' \
'list:List live translations' \
'records:List what lived in a period, ended translations included' \
'watch:Follow translations as they begin and end' \
'status:Tell how natconnd is doing' \
'top:Show who uses how many connections and ports' \
'doctor:Tell what ails natconnd, and what helps' \
'ident:Tell which host a hash stands for that a remote was told' \
'history:Tell what is kept of the past, verify it, export it' \
'audit:Tell who asked what, and whether the audit is whole' \
'config:Check a configuration file, or translate pynatconnd'\''s' \
'token:Make a token for a caller, or tell a token'\''s hash' \
'completions:Print a completion script for a shell' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit_commands] )) ||
_natconn__subcmd__audit_commands() {
    local commands; commands=(
'verify:Tell whether every line is there, as it was written' \
'list:List who asked what, the last line first' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn audit commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__help_commands] )) ||
_natconn__subcmd__audit__subcmd__help_commands() {
    local commands; commands=(
'verify:Tell whether every line is there, as it was written' \
'list:List who asked what, the last line first' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn audit help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__help__subcmd__help_commands] )) ||
_natconn__subcmd__audit__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'natconn audit help help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__help__subcmd__list_commands] )) ||
_natconn__subcmd__audit__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'natconn audit help list commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__help__subcmd__verify_commands] )) ||
_natconn__subcmd__audit__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn audit help verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__list_commands] )) ||
_natconn__subcmd__audit__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'natconn audit list commands' commands "$@"
}
(( $+functions[_natconn__subcmd__audit__subcmd__verify_commands] )) ||
_natconn__subcmd__audit__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn audit verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__completions_commands] )) ||
_natconn__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'natconn completions commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config_commands] )) ||
_natconn__subcmd__config_commands() {
    local commands; commands=(
'check:Check a configuration file, natconnd'\''s or pynatconnd'\''s' \
'migrate:Print the TOML that does what a configuration file does' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn config commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__check_commands] )) ||
_natconn__subcmd__config__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'natconn config check commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__help_commands] )) ||
_natconn__subcmd__config__subcmd__help_commands() {
    local commands; commands=(
'check:Check a configuration file, natconnd'\''s or pynatconnd'\''s' \
'migrate:Print the TOML that does what a configuration file does' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn config help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__help__subcmd__check_commands] )) ||
_natconn__subcmd__config__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'natconn config help check commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__help__subcmd__help_commands] )) ||
_natconn__subcmd__config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'natconn config help help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__help__subcmd__migrate_commands] )) ||
_natconn__subcmd__config__subcmd__help__subcmd__migrate_commands() {
    local commands; commands=()
    _describe -t commands 'natconn config help migrate commands' commands "$@"
}
(( $+functions[_natconn__subcmd__config__subcmd__migrate_commands] )) ||
_natconn__subcmd__config__subcmd__migrate_commands() {
    local commands; commands=()
    _describe -t commands 'natconn config migrate commands' commands "$@"
}
(( $+functions[_natconn__subcmd__doctor_commands] )) ||
_natconn__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'natconn doctor commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help_commands] )) ||
_natconn__subcmd__help_commands() {
    local commands; commands=(
'lookup:Tell which internal host is behind a NAT endpoint' \
'list:List live translations' \
'records:List what lived in a period, ended translations included' \
'watch:Follow translations as they begin and end' \
'status:Tell how natconnd is doing' \
'top:Show who uses how many connections and ports' \
'doctor:Tell what ails natconnd, and what helps' \
'ident:Tell which host a hash stands for that a remote was told' \
'history:Tell what is kept of the past, verify it, export it' \
'audit:Tell who asked what, and whether the audit is whole' \
'config:Check a configuration file, or translate pynatconnd'\''s' \
'token:Make a token for a caller, or tell a token'\''s hash' \
'completions:Print a completion script for a shell' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__audit_commands] )) ||
_natconn__subcmd__help__subcmd__audit_commands() {
    local commands; commands=(
'verify:Tell whether every line is there, as it was written' \
'list:List who asked what, the last line first' \
    )
    _describe -t commands 'natconn help audit commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__audit__subcmd__list_commands] )) ||
_natconn__subcmd__help__subcmd__audit__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help audit list commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__audit__subcmd__verify_commands] )) ||
_natconn__subcmd__help__subcmd__audit__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help audit verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__completions_commands] )) ||
_natconn__subcmd__help__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help completions commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__config_commands] )) ||
_natconn__subcmd__help__subcmd__config_commands() {
    local commands; commands=(
'check:Check a configuration file, natconnd'\''s or pynatconnd'\''s' \
'migrate:Print the TOML that does what a configuration file does' \
    )
    _describe -t commands 'natconn help config commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__config__subcmd__check_commands] )) ||
_natconn__subcmd__help__subcmd__config__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help config check commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__config__subcmd__migrate_commands] )) ||
_natconn__subcmd__help__subcmd__config__subcmd__migrate_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help config migrate commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__doctor_commands] )) ||
_natconn__subcmd__help__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help doctor commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__help_commands] )) ||
_natconn__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history_commands] )) ||
_natconn__subcmd__help__subcmd__history_commands() {
    local commands; commands=(
'status:Tell how much is kept, for how long, and whether recording goes well' \
'verify:Read every file and compare it with its checksum' \
'gaps:List the times of which something is missing, and why' \
'export:Write the records of a time into a file for other programs' \
'hold:Keep what a lookup matches for a case, whatever retention says' \
'holds:List the cases that hold records' \
'release:Give up what a case holds' \
'expire:Tell which segments are due to be deleted' \
    )
    _describe -t commands 'natconn help history commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__expire_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__expire_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history expire commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__export_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history export commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__gaps_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__gaps_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history gaps commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__hold_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__hold_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history hold commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__holds_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__holds_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history holds commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__release_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__release_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history release commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__status_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history status commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__history__subcmd__verify_commands] )) ||
_natconn__subcmd__help__subcmd__history__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help history verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__ident_commands] )) ||
_natconn__subcmd__help__subcmd__ident_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help ident commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__list_commands] )) ||
_natconn__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help list commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__lookup_commands] )) ||
_natconn__subcmd__help__subcmd__lookup_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help lookup commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__records_commands] )) ||
_natconn__subcmd__help__subcmd__records_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help records commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__status_commands] )) ||
_natconn__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help status commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__token_commands] )) ||
_natconn__subcmd__help__subcmd__token_commands() {
    local commands; commands=(
'new:Make a token, and say what natconnd'\''s configuration needs of it' \
'hash:Print the hash of a token, as natconnd'\''s configuration has it' \
    )
    _describe -t commands 'natconn help token commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__token__subcmd__hash_commands] )) ||
_natconn__subcmd__help__subcmd__token__subcmd__hash_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help token hash commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__token__subcmd__new_commands] )) ||
_natconn__subcmd__help__subcmd__token__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help token new commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__top_commands] )) ||
_natconn__subcmd__help__subcmd__top_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help top commands' commands "$@"
}
(( $+functions[_natconn__subcmd__help__subcmd__watch_commands] )) ||
_natconn__subcmd__help__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'natconn help watch commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history_commands] )) ||
_natconn__subcmd__history_commands() {
    local commands; commands=(
'status:Tell how much is kept, for how long, and whether recording goes well' \
'verify:Read every file and compare it with its checksum' \
'gaps:List the times of which something is missing, and why' \
'export:Write the records of a time into a file for other programs' \
'hold:Keep what a lookup matches for a case, whatever retention says' \
'holds:List the cases that hold records' \
'release:Give up what a case holds' \
'expire:Tell which segments are due to be deleted' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn history commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__expire_commands] )) ||
_natconn__subcmd__history__subcmd__expire_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history expire commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__export_commands] )) ||
_natconn__subcmd__history__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history export commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__gaps_commands] )) ||
_natconn__subcmd__history__subcmd__gaps_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history gaps commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help_commands] )) ||
_natconn__subcmd__history__subcmd__help_commands() {
    local commands; commands=(
'status:Tell how much is kept, for how long, and whether recording goes well' \
'verify:Read every file and compare it with its checksum' \
'gaps:List the times of which something is missing, and why' \
'export:Write the records of a time into a file for other programs' \
'hold:Keep what a lookup matches for a case, whatever retention says' \
'holds:List the cases that hold records' \
'release:Give up what a case holds' \
'expire:Tell which segments are due to be deleted' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn history help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__expire_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__expire_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help expire commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__export_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help export commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__gaps_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__gaps_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help gaps commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__help_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__hold_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__hold_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help hold commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__holds_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__holds_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help holds commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__release_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__release_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help release commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__status_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help status commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__help__subcmd__verify_commands] )) ||
_natconn__subcmd__history__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history help verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__hold_commands] )) ||
_natconn__subcmd__history__subcmd__hold_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history hold commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__holds_commands] )) ||
_natconn__subcmd__history__subcmd__holds_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history holds commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__release_commands] )) ||
_natconn__subcmd__history__subcmd__release_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history release commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__status_commands] )) ||
_natconn__subcmd__history__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history status commands' commands "$@"
}
(( $+functions[_natconn__subcmd__history__subcmd__verify_commands] )) ||
_natconn__subcmd__history__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'natconn history verify commands' commands "$@"
}
(( $+functions[_natconn__subcmd__ident_commands] )) ||
_natconn__subcmd__ident_commands() {
    local commands; commands=()
    _describe -t commands 'natconn ident commands' commands "$@"
}
(( $+functions[_natconn__subcmd__list_commands] )) ||
_natconn__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'natconn list commands' commands "$@"
}
(( $+functions[_natconn__subcmd__lookup_commands] )) ||
_natconn__subcmd__lookup_commands() {
    local commands; commands=()
    _describe -t commands 'natconn lookup commands' commands "$@"
}
(( $+functions[_natconn__subcmd__records_commands] )) ||
_natconn__subcmd__records_commands() {
    local commands; commands=()
    _describe -t commands 'natconn records commands' commands "$@"
}
(( $+functions[_natconn__subcmd__status_commands] )) ||
_natconn__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'natconn status commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token_commands] )) ||
_natconn__subcmd__token_commands() {
    local commands; commands=(
'new:Make a token, and say what natconnd'\''s configuration needs of it' \
'hash:Print the hash of a token, as natconnd'\''s configuration has it' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn token commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__hash_commands] )) ||
_natconn__subcmd__token__subcmd__hash_commands() {
    local commands; commands=()
    _describe -t commands 'natconn token hash commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__help_commands] )) ||
_natconn__subcmd__token__subcmd__help_commands() {
    local commands; commands=(
'new:Make a token, and say what natconnd'\''s configuration needs of it' \
'hash:Print the hash of a token, as natconnd'\''s configuration has it' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'natconn token help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__help__subcmd__hash_commands] )) ||
_natconn__subcmd__token__subcmd__help__subcmd__hash_commands() {
    local commands; commands=()
    _describe -t commands 'natconn token help hash commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__help__subcmd__help_commands] )) ||
_natconn__subcmd__token__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'natconn token help help commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__help__subcmd__new_commands] )) ||
_natconn__subcmd__token__subcmd__help__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'natconn token help new commands' commands "$@"
}
(( $+functions[_natconn__subcmd__token__subcmd__new_commands] )) ||
_natconn__subcmd__token__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'natconn token new commands' commands "$@"
}
(( $+functions[_natconn__subcmd__top_commands] )) ||
_natconn__subcmd__top_commands() {
    local commands; commands=()
    _describe -t commands 'natconn top commands' commands "$@"
}
(( $+functions[_natconn__subcmd__watch_commands] )) ||
_natconn__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'natconn watch commands' commands "$@"
}

if [ "$funcstack[1]" = "_natconn" ]; then
    _natconn "$@"
else
    compdef _natconn natconn
fi
