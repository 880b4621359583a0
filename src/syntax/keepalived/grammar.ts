import type { Grammar, Keyword } from './tree.ts';

const LINE: Keyword = { line: true };

/** Keywords that stand for one line each. */
function lines(text: string): Grammar {
  return Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((keyword) => [keyword, LINE]),
  );
}

const CHECKER = lines('retry delay_before_retry warmup delay_loop alpha log_all_failures');
const CONNECTION = lines('connect_ip connect_port bindto bind_port bind_if connect_timeout fwmark');

const URL_KEYWORDS = lines(
  `path digest status_code virtualhost regex regex_no_match regex_options regex_min_offset regex_max_offset
   regex_stack tls_compliant`,
);
const HTTP: Grammar = {
  ...CHECKER,
  ...CONNECTION,
  ...lines('nb_get_retry virtualhost http_protocol enable_sni sni_name fast_recovery tls_compliant'),
  url: { sub: URL_KEYWORDS },
};

/** Checks of a real server, by keepalived's names. */
const CHECKS: Grammar = {
  HTTP_GET: { sub: HTTP },
  SSL_GET: { sub: HTTP },
  TCP_CHECK: { sub: { ...CHECKER, ...CONNECTION } },
  SMTP_CHECK: {
    sub: { ...CHECKER, ...CONNECTION, ...lines('helo_name'), host: { sub: { ...CHECKER, ...CONNECTION } } },
  },
  DNS_CHECK: { sub: { ...CHECKER, ...CONNECTION, ...lines('type name') } },
  MISC_CHECK: { sub: { ...CHECKER, ...lines('misc_path misc_timeout misc_dynamic user') } },
  UDP_CHECK: {
    sub: { ...CHECKER, ...CONNECTION, ...lines('payload require_reply min_reply_length max_reply_length') },
  },
  PING_CHECK: { sub: { ...CHECKER, ...CONNECTION } },
  FILE_CHECK: { sub: lines('track_file weight') },
  BFD_CHECK: { sub: lines('name alpha') },
};

const REAL_SERVER: Grammar = {
  ...lines(
    `weight lvs_method uthreshold lthreshold inhibit_on_failure notify_up notify_down alpha retry
     delay_before_retry warmup connect_timeout delay_loop smtp_alert virtualhost snmp_name`,
  ),
  ...CHECKS,
};

const VIRTUAL_SERVER: Grammar = {
  ...lines(
    `ip_family retry delay_before_retry warmup connect_timeout delay_loop inhibit_on_failure lb_algo lvs_sched
     hashed ops flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback lb_kind lvs_method
     persistence_engine persistence_timeout persistence_granularity protocol ha_suspend smtp_alert virtualhost
     snmp_name alpha omega quorum_up quorum_down quorum hysteresis weight sorry_server sorry_server_inhibit
     sorry_server_lvs_method`,
  ),
  real_server: { sub: REAL_SERVER },
};

const TRACK_FILE: Grammar = lines('file weight init_file');

/** Blocks that are not about virtual servers: VRRP, BFD, and what keepalived itself is to be like. */
const OTHER_BLOCKS = `global_defs vrrp_instance vrrp_sync_group vrrp_script vrrp_track_process bfd_instance static_ipaddress
  static_routes static_rules static_track_group linkbeat_interfaces garp_group interface_up_down_delays`;

/** Keywords of keepalived 2.2 outside all blocks. */
export const CONFIGURATION: Grammar = {
  virtual_server: { sub: VIRTUAL_SERVER },
  virtual_server_group: { lines: true },
  SSL: { sub: lines('password ca certificate key') },
  track_file: { sub: TRACK_FILE },
  vrrp_track_file: { sub: TRACK_FILE },
  ...lines(
    `net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir linkbeat_use_polling child_wait_time
     include_check config_copy_directory`,
  ),
  ...Object.fromEntries(OTHER_BLOCKS.split(/\s+/).map((keyword) => [keyword, { any: true }])),
};
