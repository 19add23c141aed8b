#compdef natconnd

autoload -U is-at-least

_natconnd() {
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
'-c+[Read this file, natconnd'\''s TOML or pynatconnd'\''s \[default\: /etc/natconnd/natconnd.toml\]]:FILE:_files' \
'--config=[Read this file, natconnd'\''s TOML or pynatconnd'\''s \[default\: /etc/natconnd/natconnd.toml\]]:FILE:_files' \
'-l+[Log this much\: error, warn, info, debug, trace, or a debug level of pynatconnd from 0 to 10 \[default\: info\]]:LEVEL:_default' \
'--log-level=[Log this much\: error, warn, info, debug, trace, or a debug level of pynatconnd from 0 to 10 \[default\: info\]]:LEVEL:_default' \
'-i+[Listen for TCP connections on this address, instead of the configuration'\''s \[default\: 127.0.0.1\]]:ADDR:_default' \
'--ip=[Listen for TCP connections on this address, instead of the configuration'\''s \[default\: 127.0.0.1\]]:ADDR:_default' \
'-p+[Listen for TCP connections on this port, instead of the configuration'\''s \[default\: 8080\]]:N:_default' \
'--port=[Listen for TCP connections on this port, instead of the configuration'\''s \[default\: 8080\]]:N:_default' \
'--no-landlock[Do not have the kernel refuse what natconnd does not need (Landlock)\: for paths that cannot be known beforehand, such as a disk that is mounted later]' \
'--check[Check the configuration and exit]' \
'(--check)--print-config[Print the configuration as it is in effect, defaults included, and exit]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_natconnd_commands] )) ||
_natconnd_commands() {
    local commands; commands=()
    _describe -t commands 'natconnd commands' commands "$@"
}

if [ "$funcstack[1]" = "_natconnd" ]; then
    _natconnd "$@"
else
    compdef _natconnd natconnd
fi
