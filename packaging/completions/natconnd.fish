complete -c natconnd -s c -l config -d 'Read this file, natconnd\'s TOML or pynatconnd\'s [default: /etc/natconnd/natconnd.toml]' -r -F
complete -c natconnd -s l -l log-level -d 'Log this much: error, warn, info, debug, trace, or a debug level of pynatconnd from 0 to 10 [default: info]' -r
complete -c natconnd -s i -l ip -d 'Listen for TCP connections on this address, instead of the configuration\'s [default: 127.0.0.1]' -r
complete -c natconnd -s p -l port -d 'Listen for TCP connections on this port, instead of the configuration\'s [default: 8080]' -r
complete -c natconnd -l no-landlock -d 'Do not have the kernel refuse what natconnd does not need (Landlock): for paths that cannot be known beforehand, such as a disk that is mounted later'
complete -c natconnd -l check -d 'Check the configuration and exit'
complete -c natconnd -l print-config -d 'Print the configuration as it is in effect, defaults included, and exit'
complete -c natconnd -s h -l help -d 'Print help (see more with \'--help\')'
complete -c natconnd -s V -l version -d 'Print version'
