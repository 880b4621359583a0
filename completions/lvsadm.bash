# Completion of lvsadm and ipvsadm for bash. Install as /usr/share/bash-completion/completions/lvsadm (and a link
# ipvsadm beside it), or source it.

_lvsadm_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Completes the last of a comma-separated list.
_lvsadm_list() {
  local head=''
  [[ $2 == *,* ]] && head=${2%,*},
  mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "${2##*,}")
}

# Options, or names of files.
_lvsadm_files() {
  if [[ $2 == -* ]]; then
    _lvsadm_words "$1" "$2"
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$2")
  fi
}

_lvsadm_devices() {
  local path names=''
  for path in /sys/class/net/*; do names+="${path##*/} "; done
  _lvsadm_words "$names" "$1"
}

_lvsadm_value() {
  local schedulers='rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos'
  case $1 in
    -s | --scheduler) _lvsadm_list "$schedulers" "$2" ;;
    -b | --sched-flags) _lvsadm_list 'sh-fallback sh-port mh-fallback mh-port flag-1 flag-2 flag-3' "$2" ;;
    --tun-type | --tunnel) _lvsadm_words 'ipip gre gue' "$2" ;;
    --mode) _lvsadm_words "nat dr tun$([[ ${COMP_WORDS[1]} == explain ]] && echo ' fullnat')" "$2" ;;
    --rule|--ignore) _lvsadm_list "$(lvsadm doctor --list-rules 2>/dev/null | cut -d ' ' -f 1)" "$2" ;;
    --pe) _lvsadm_words 'sip' "$2" ;;
    --start-daemon | --stop-daemon) _lvsadm_words 'master backup' "$2" ;;
    --device | --mcast-interface) _lvsadm_devices "$2" ;;
    --root | --state-dir) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    -t | -u | -f | -r | -w | -x | -y | -M | --tcp-service | --udp-service | --sctp-service | --fwmark-service) ;;
    --real-server | --weight | --u-threshold | --l-threshold | --netmask | --tun-port | --set | --syncid) ;;
    --sync-maxlen | --mcast-group | --mcast-port | --mcast-ttl | --vip | --rip | --director | --to | --over) ;;
    --fwmark | --from) ;;
    *) return 1 ;;
  esac
}

# Options of a subcommand: its name, the word after it, and what is to be completed.
_lvsadm_subcommand() {
  local record='--json --state-dir --help' current=$3
  local changes="--dry-run --exit-code --persist --root $record"
  local service='-t --tcp-service -u --udp-service --sctp-service -f --fwmark-service -6 --ipv6'
  local realserver='--mode --vip --device --tunnel --tun-port --rip --director --set-gateway --also-director'
  local director='--vip --device --mode --scheduler --one-lan'
  local fullnat='-t --tcp-service -u --udp-service -f --fwmark-service -6 --ipv6'
  case $1-$2 in
    realserver-up) _lvsadm_words "$realserver $changes" "$current" ;;
    realserver-down) _lvsadm_words "--vip --director $changes" "$current" ;;
    realserver-status) _lvsadm_words "$realserver $record" "$current" ;;
    director-up) _lvsadm_words "$director --take-over $changes" "$current" ;;
    director-down) _lvsadm_words "--vip --keep-forwarding $changes" "$current" ;;
    director-status) _lvsadm_words "$director $record" "$current" ;;
    fullnat-enable | fullnat-up)
      _lvsadm_words "$fullnat --local-address --local-ports --device --floating --take-over $changes" "$current"
      ;;
    fullnat-disable | fullnat-down) _lvsadm_words "$fullnat --wait --now --keep-forwarding $changes" "$current" ;;
    fullnat-list) _lvsadm_words "$record" "$current" ;;
    fullnat-status) _lvsadm_words "$fullnat $record" "$current" ;;
    fullnat-*) _lvsadm_words 'enable disable list status --help' "$current" ;;
    realserver-* | director-*) _lvsadm_words 'up down status --help' "$current" ;;
    apply-*)
      _lvsadm_files '--dry-run --exit-code --prune --no-prune --rollback --drain --timeout --cut --json --help' "$current"
      ;;
    diff-*) _lvsadm_files '--prune --no-prune --json --help' "$current" ;;
    import-keepalived) _lvsadm_files '--config-id --json --help' "$current" ;;
    import-*) _lvsadm_words 'keepalived --help' "$current" ;;
    export-*) _lvsadm_words '--json --help' "$current" ;;
    drain-*) _lvsadm_words "$service -r --real-server --timeout --delete --cut --dry-run --exit-code --json --help" "$current" ;;
    ramp-*) _lvsadm_words "$service -r --real-server --to --over --dry-run --exit-code --json --help" "$current" ;;
    explain-*)
      _lvsadm_words '-t --tcp -u --udp --sctp -f --fwmark --from -r --real-server --ask --json --mode --tunnel -6 --ipv6 --help' "$current"
      ;;
    doctor-*) _lvsadm_files '--vip --director --ask --rule --ignore --list-rules --json --state-dir --help' "$current" ;;
  esac
}

_lvsadm() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # To explain, -t and -u are words of their own.
  [[ ${COMP_WORDS[1]-} == explain && $previous == -[tu] ]] || ! _lvsadm_value "$previous" "$current" || return
  case ${COMP_WORDS[1]-} in
    realserver | director | fullnat | apply | diff | import | export | drain | ramp | doctor | explain)
      if ((COMP_CWORD > 1)); then
        _lvsadm_subcommand "${COMP_WORDS[1]}" "${COMP_WORDS[2]-}" "$current"
        return
      fi
      ;;
  esac
  local commands='-A --add-service -E --edit-service -D --delete-service -C --clear -a --add-server -e --edit-server
    -d --delete-server -L -l --list -Z --zero -S --save -R --restore --set --start-daemon --stop-daemon -h --help
    -v --version'
  if ((COMP_CWORD == 1)); then
    [[ ${COMP_WORDS[0]##*/} == ipvsadm* ]] || commands+=' realserver director fullnat apply diff import export drain ramp doctor explain'
    _lvsadm_words "$commands" "$current"
    return
  fi
  local service='-t --tcp-service -u --udp-service --sctp-service -f --fwmark-service -6 --ipv6'
  case ${COMP_WORDS[1]} in
    -A | -E | --add-service | --edit-service)
      _lvsadm_words "$service -s --scheduler -b --sched-flags -p --persistent -M --netmask --pe -o --ops" "$current"
      ;;
    -D | -Z | --delete-service | --zero) _lvsadm_words "$service" "$current" ;;
    -a | -e | --add-server | --edit-server)
      _lvsadm_words "$service -r --real-server -g --gatewaying -i --ipip -m --masquerading -w --weight
        -x --u-threshold -y --l-threshold --tun-type --tun-port --tun-nocsum --tun-csum --tun-remcsum --fullnat" "$current"
      ;;
    -d | --delete-server) _lvsadm_words "$service -r --real-server" "$current" ;;
    -L | -l | --list)
      _lvsadm_words "$service -n --numeric -c --connection --stats --rate --thresholds --persistent-conn --tun-info
        --timeout --daemon -X --exact --nosort --sort" "$current"
      ;;
    -S | --save) _lvsadm_words '-n --numeric' "$current" ;;
    -R | --restore) _lvsadm_words '--check' "$current" ;;
    --start-daemon)
      _lvsadm_words '--mcast-interface --syncid --sync-maxlen --mcast-group --mcast-port --mcast-ttl' "$current"
      ;;
    --stop-daemon) _lvsadm_words '--syncid' "$current" ;;
  esac
}

complete -F _lvsadm lvsadm ipvsadm
