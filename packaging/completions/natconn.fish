# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_natconn_global_optspecs
    string join \n local socket= url= ca= timeout= token-file= token-in-clear certificate= key= case= reason= h/help V/version
end

function __fish_natconn_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_natconn_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_natconn_using_subcommand
    set -l cmd (__fish_natconn_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c natconn -n "__fish_natconn_needs_command" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_needs_command" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_needs_command" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_needs_command" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_needs_command" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_needs_command" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_needs_command" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_needs_command" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_needs_command" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_needs_command" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_needs_command" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_needs_command" -s V -l version -d 'Print version'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "lookup" -d 'Tell which internal host is behind a NAT endpoint'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "list" -d 'List live translations'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "records" -d 'List what lived in a period, ended translations included'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "watch" -d 'Follow translations as they begin and end'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "status" -d 'Tell how natconnd is doing'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "top" -d 'Show who uses how many connections and ports'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "doctor" -d 'Tell what ails natconnd, and what helps'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "ident" -d 'Tell which host a hash stands for that a remote was told'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "history" -d 'Tell what is kept of the past, verify it, export it'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "audit" -d 'Tell who asked what, and whether the audit is whole'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "config" -d 'Check a configuration file, or translate pynatconnd\'s'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "token" -d 'Make a token for a caller, or tell a token\'s hash'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c natconn -n "__fish_natconn_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s r -l remote -d 'Only translations with this far end' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s i -l internal -d 'Only translations of this internal host' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s p -l protocol -d 'The protocol, where it does not stand before the endpoint' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s k -l kind -d 'Only this kind of translation' -r -f -a "source\t'SNAT, masquerade'
destination\t'DNAT, port forward, redirect'"
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s z -l zone -d 'Only this conntrack zone, 0 to 65535' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s n -l limit -d 'Show at most N translations, 1 to 10000 [default: 100]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l at -d 'Tell who was behind it at this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l from -d 'Tell who was behind it from this time on' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l to -d 'Tell who was behind it up to this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l tolerance -d 'By how much the clock that measured the time may differ from the gateway\'s: 2s, 500ms, 1h or 0 [default: 2s]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s f -l file -d 'Answer each line of FILE, - for standard input: CSV, NDJSON, lines of logs or mails. Prints the lines with their answers beside them. --remote, --protocol, --kind and --zone hold for lines that do not say it' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l format -d 'What the lines are [default: guessed from the first one]' -r -f -a "csv\t'Rows under a header'
ndjson\t'A JSON object on each line'
text\t'Lines of logs'
mail\t'Mails about abuse, one or several (mbox)'"
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l columns -d 'Which column is for what, by comma: FIELD=NAME or FIELD=NUMBER, for FIELD one of nat_address, nat_port, remote_address, remote_port, internal_address, protocol, kind, zone, at, time_of_day, from, to [default: guessed from the names]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l nat -d 'The gateway\'s NAT addresses or networks, by comma: of the addresses in a line, these are meant' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l timezone -d 'The time zone of times that name none: UTC, +01:00, Europe/Berlin [default: UTC]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l year -d 'The year of dates that name none [default: the latest that is not in the future]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand lookup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand list" -s s -l sort -d 'Sort by started_at, internal, nat or remote; -KEY for descending [default: started_at]' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s n -l limit -d 'List at most N translations, 1 to 10000 [default: 100]' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s i -l internal -d 'Internal hosts, by comma: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT; for PORT also FIRST-LAST' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s N -l nat -d 'NAT endpoints, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s r -l remote -d 'Far ends, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s p -l protocol -d 'By comma: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s k -l kind -d 'Kind of translation' -r -f -a "source\t'SNAT, masquerade'
destination\t'DNAT, port forward, redirect'"
complete -c natconn -n "__fish_natconn_using_subcommand list" -s z -l zone -d 'Conntrack zones, by comma, 0 to 65535' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand list" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand list" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand list" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand list" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand list" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand list" -s a -l all -d 'List all translations, however many'
complete -c natconn -n "__fish_natconn_using_subcommand list" -l json -d 'Print exactly the API\'s JSON, one page a line'
complete -c natconn -n "__fish_natconn_using_subcommand list" -l csv -d 'Print CSV with a header row, as the API sends it'
complete -c natconn -n "__fish_natconn_using_subcommand list" -l ndjson -d 'Print one JSON object for each translation, one a line'
complete -c natconn -n "__fish_natconn_using_subcommand list" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand list" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l from -d 'Only what lived at this time or later [default: since ever]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -l to -d 'Only what lived at this time or earlier [default: now]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s i -l internal -d 'Only this internal host: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT; for PORT also FIRST-LAST' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s N -l nat -d 'Only this NAT endpoint, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s r -l remote -d 'Only this far end, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s p -l protocol -d 'Only this protocol: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s k -l kind -d 'Only this kind of translation' -r -f -a "source\t'SNAT, masquerade'
destination\t'DNAT, port forward, redirect'"
complete -c natconn -n "__fish_natconn_using_subcommand records" -s z -l zone -d 'Only this conntrack zone, 0 to 65535' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s n -l limit -d 'List at most N translations, 1 to 10000 [default: 100]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand records" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand records" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand records" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand records" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand records" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand records" -s a -l all -d 'List all translations, however many'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l json -d 'Print exactly the API\'s JSON, one page a line'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l csv -d 'Print CSV with a header row, as the API sends it'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l ndjson -d 'Print one JSON object for each translation, one a line'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand records" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand records" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s i -l internal -d 'Internal hosts, by comma: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT; for PORT also FIRST-LAST' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s N -l nat -d 'NAT endpoints, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s r -l remote -d 'Far ends, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s p -l protocol -d 'By comma: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s k -l kind -d 'Kind of translation' -r -f -a "source\t'SNAT, masquerade'
destination\t'DNAT, port forward, redirect'"
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s z -l zone -d 'Conntrack zones, by comma, 0 to 65535' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l json -d 'Print exactly the API\'s JSON, one change a line'
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand watch" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand status" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand status" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand status" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand status" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand status" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand status" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand status" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand status" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand status" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand status" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand status" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand status" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand top" -l every -d 'How often to ask natconnd, which counts every 5 s at most: 500ms, 2s, 1m' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -s n -l rows -d 'With --once: rows of each table at most, 1 to 1000' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand top" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand top" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand top" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand top" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand top" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand top" -l once -d 'Print the tables once as text, and end'
complete -c natconn -n "__fish_natconn_using_subcommand top" -l json -d 'Print exactly the API\'s JSON, once'
complete -c natconn -n "__fish_natconn_using_subcommand top" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand top" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand top" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -s a -l all -d 'Say also what is well, a line for each check'
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l among -d 'Try these addresses: ADDR or ADDR/BITS, 2^24 addresses at most' -r
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l key-file -d 'The file with the key [default: what the configuration names]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand ident" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand ident" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -s h -l help -d 'Print help'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "status" -d 'Tell how much is kept, for how long, and whether recording goes well'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "verify" -d 'Read every file and compare it with its checksum'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "gaps" -d 'List the times of which something is missing, and why'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "export" -d 'Write the records of a time into a file for other programs'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "hold" -d 'Keep what a lookup matches for a case, whatever retention says'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "holds" -d 'List the cases that hold records'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "release" -d 'Give up what a case holds'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "expire" -d 'Tell which segments are due to be deleted'
complete -c natconn -n "__fish_natconn_using_subcommand history; and not __fish_seen_subcommand_from status verify gaps export hold holds release expire help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l json -d 'Print exactly the API\'s JSON, a file on each line'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l from -d 'Only gaps that reach beyond this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l to -d 'Only gaps that began before this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from gaps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l from -d 'The beginning of the time' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l to -d 'The end of the time [default: now]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s f -l format -d 'The form of the file' -r -f -a "parquet\t''
csv\t''
ndjson\t''"
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s o -l output -d 'Write into this file, which must not be there yet [default: standard output]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s i -l internal -d 'Internal hosts, by comma: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT; for PORT also FIRST-LAST' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s N -l nat -d 'NAT endpoints, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s r -l remote -d 'Far ends, by comma, written as above' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s p -l protocol -d 'By comma: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number from 0 to 255' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s k -l kind -d 'Kind of translation' -r -f -a "source\t'SNAT, masquerade'
destination\t'DNAT, port forward, redirect'"
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s z -l zone -d 'Conntrack zones, by comma, 0 to 65535' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l nat -d 'The NAT endpoint or a part of it' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -s r -l remote -d 'The far end or a part of it' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -s i -l internal -d 'The internal host' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -s p -l protocol -d 'The protocol' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l at -d 'What lived at this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l from -d 'What lived from this time on' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l to -d 'What lived up to this time' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l tolerance -d 'By how much the clock that measured the time may differ from the gateway\'s: 2s, 500ms, 1h or 0 [default: 2s]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from hold" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from holds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l dry-run -d 'Only tell, which is all that this command does'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l json -d 'Print exactly the API\'s JSON'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from expire" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "status" -d 'Tell how much is kept, for how long, and whether recording goes well'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Read every file and compare it with its checksum'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "gaps" -d 'List the times of which something is missing, and why'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write the records of a time into a file for other programs'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "hold" -d 'Keep what a lookup matches for a case, whatever retention says'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "holds" -d 'List the cases that hold records'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "release" -d 'Give up what a case holds'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "expire" -d 'Tell which segments are due to be deleted'
complete -c natconn -n "__fish_natconn_using_subcommand history; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -f -a "verify" -d 'Tell whether every line is there, as it was written'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -f -a "list" -d 'List who asked what, the last line first'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and not __fish_seen_subcommand_from verify list help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l head -d 'A line that was noted elsewhere, which must be there' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l from -d 'Only what was asked at this time or later' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l to -d 'Only what was asked at this time or earlier' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l caller -d 'Only what this caller asked' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l of-case -d 'Only what was asked for this case' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l contains -d 'Only lines with this text in question, reason, or anything else' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l after -d 'Only lines behind this one, for the next page' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s n -l limit -d 'List at most N lines [default: 100]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l oldest-first -d 'List the first line first'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l requests -d 'Only requests, and nothing that is told of the audit itself'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s a -l all -d 'List all lines, however many'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l json -d 'Print the lines as they are in the files'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Tell whether every line is there, as it was written'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "list" -d 'List who asked what, the last line first'
complete -c natconn -n "__fish_natconn_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -f -a "check" -d 'Check a configuration file, natconnd\'s or pynatconnd\'s'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -f -a "migrate" -d 'Print the TOML that does what a configuration file does'
complete -c natconn -n "__fish_natconn_using_subcommand config; and not __fish_seen_subcommand_from check migrate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -s o -l output -d 'Write the TOML into this file, which must not be there yet' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check a configuration file, natconnd\'s or pynatconnd\'s'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "migrate" -d 'Print the TOML that does what a configuration file does'
complete -c natconn -n "__fish_natconn_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -f -a "new" -d 'Make a token, and say what natconnd\'s configuration needs of it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -f -a "hash" -d 'Print the hash of a token, as natconnd\'s configuration has it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and not __fish_seen_subcommand_from new hash help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l name -d 'Print a section of the configuration for the caller of this name: letters, digits and -' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l only -d 'Print nothing but the token'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from hash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "new" -d 'Make a token, and say what natconnd\'s configuration needs of it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "hash" -d 'Print the hash of a token, as natconnd\'s configuration has it'
complete -c natconn -n "__fish_natconn_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l socket -d 'Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock] [env: NATCONN_SOCKET]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l url -d 'Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at https://gateway.example:8443 [env: NATCONN_URL]' -r
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l ca -d 'Trust the certificates of these CAs, PEM, in place of the system\'s [env: NATCONN_CA]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l timeout -d 'Give up after this many seconds without an answer, 1 to 3600' -r
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l token-file -d 'Show the token that this file has in it; others must not be able to read it. There is no option for the token itself, which everybody could see [env: NATCONN_TOKEN, the token itself]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l certificate -d 'Show this certificate, PEM, and those that lead to its root [env: NATCONN_CERTIFICATE]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l key -d 'The certificate\'s key, PEM [default: the certificate\'s file] [env: NATCONN_KEY]' -r -F
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l case -d 'Say for which case this is asked, for the audit file [env: NATCONN_CASE]' -r
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l reason -d 'Say why this is asked, for the audit file [env: NATCONN_REASON]' -r
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l local -d 'Show times in this machine\'s time zone instead of UTC'
complete -c natconn -n "__fish_natconn_using_subcommand completions" -l token-in-clear -d 'Show the token without TLS to another machine, too: everybody on the way can read it and use it'
complete -c natconn -n "__fish_natconn_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "lookup" -d 'Tell which internal host is behind a NAT endpoint'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "list" -d 'List live translations'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "records" -d 'List what lived in a period, ended translations included'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "watch" -d 'Follow translations as they begin and end'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "status" -d 'Tell how natconnd is doing'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "top" -d 'Show who uses how many connections and ports'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "doctor" -d 'Tell what ails natconnd, and what helps'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "ident" -d 'Tell which host a hash stands for that a remote was told'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "history" -d 'Tell what is kept of the past, verify it, export it'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "audit" -d 'Tell who asked what, and whether the audit is whole'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "config" -d 'Check a configuration file, or translate pynatconnd\'s'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "token" -d 'Make a token for a caller, or tell a token\'s hash'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c natconn -n "__fish_natconn_using_subcommand help; and not __fish_seen_subcommand_from lookup list records watch status top doctor ident history audit config token completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "status" -d 'Tell how much is kept, for how long, and whether recording goes well'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "verify" -d 'Read every file and compare it with its checksum'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "gaps" -d 'List the times of which something is missing, and why'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "export" -d 'Write the records of a time into a file for other programs'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "hold" -d 'Keep what a lookup matches for a case, whatever retention says'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "holds" -d 'List the cases that hold records'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "release" -d 'Give up what a case holds'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from history" -f -a "expire" -d 'Tell which segments are due to be deleted'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Tell whether every line is there, as it was written'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "list" -d 'List who asked what, the last line first'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check a configuration file, natconnd\'s or pynatconnd\'s'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "migrate" -d 'Print the TOML that does what a configuration file does'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "new" -d 'Make a token, and say what natconnd\'s configuration needs of it'
complete -c natconn -n "__fish_natconn_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "hash" -d 'Print the hash of a token, as natconnd\'s configuration has it'
