/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TOA on the director: tc ingress of the device where clients' packets come in (with an Ethernet header).
 *
 * In every segment to a service, an option of TOA's kind that the client sent is overwritten with NOPs: whoever may
 * write that option may be whoever he likes. In a SYN, so are TCP Fast Open (its data would overtake the option) and
 * MPTCP (its further connections would not have one). The SYN, and the first pure ACKs after it, then get the client's
 * address and port as the first option of all: readers take the first that they find, and stop at an end of options.
 *
 * The header grows at its end, and the options are written anew: the start of the header stays where it is, which is
 * what a checksum that the device shall complete (CHECKSUM_PARTIAL) goes by.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include "toa.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* The handshake ends with the first pure ACK; the second is for one that got lost. */
#define MARKED_ACKS 2

struct service {
	struct address address;
	__be16 port; /* 0: the address has services; see has_hidden_header */
	__u16 unused;
};

struct flow {
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
};

/* The option goes right before the options, wherever in `room` that makes it start. */
struct scratch {
	__u8 room[TOA_LENGTH_V6];
	__u8 options[TCP_OPTIONS_MAX + 4];
	__u8 received[TCP_OPTIONS_MAX];
};

enum counter { MARKED_SYN, MARKED_ACK, NO_ROOM, FAILED, NEUTRALISED, WITH_DATA, REFUSED, COUNTERS };

/* service → TOA's kind */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct service);
	__type(value, __u32);
	__uint(max_entries, 4096);
} toa_services SEC(".maps");

/* a connection that is being made → how many ACKs of it were marked */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct flow);
	__type(value, __u32);
	__uint(max_entries, 65536);
} toa_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, COUNTERS);
} toa_sent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct scratch);
	__uint(max_entries, 1);
} toa_scratch SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *value = bpf_map_lookup_elem(&toa_sent, &which);
	if (value)
		*value += 1;
}

/*
 * IPVS looks for TCP behind IPv6 extension headers, and so would find a forged option there. No client of a TCP service
 * sends them; a fragment of something else (UDP) may pass.
 */
static __always_inline int has_hidden_header(struct __sk_buff *skb, __u8 next)
{
	if (next == IPPROTO_FRAGMENT && bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(struct ipv6hdr), &next, 1))
		return 1;
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_AH || next == IPPROTO_MH || next == IPPROTO_TCP;
}

/*
 * Overwrites what must not reach the real server.
 * @returns the sum of the change, for the checksum; *changed tells whether there was one
 */
static __always_inline __s64 neutralise(struct scratch *s, __u32 length, __u8 kind, int syn, int *changed)
{
	__u32 next = 0, until = 0;

#pragma unroll
	for (__u32 at = 0; at < TCP_OPTIONS_MAX; at++) {
		if (at >= length)
			continue;
		if (at == next) {
			__u8 found = s->options[at];
			__u8 size = s->options[at + 1];
			if (found == OPTION_NOP) {
				next = at + 1;
			} else if (found == OPTION_END || size < 2) {
				next = 255;
			} else {
				next = at + size;
				if (found == kind || (syn && (found == OPTION_MPTCP || found == OPTION_FAST_OPEN)))
					until = next;
			}
		}
		if (at < until)
			s->options[at] = OPTION_NOP;
	}
	*changed = until > 0;
	return bpf_csum_diff((__be32 *)s->received, TCP_OPTIONS_MAX, (__be32 *)s->options, TCP_OPTIONS_MAX, 0);
}

SEC("tc")
int toa_in(struct __sk_buff *skb)
{
	struct flow flow = {};
	__u32 tcp, segment, is_v6 = skb->protocol == bpf_htons(ETH_P_IPV6), is_part = 0;

	if (is_v6) {
		struct ipv6hdr ip;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return TC_ACT_OK;
		__builtin_memcpy(&flow.source, &ip.saddr, 16);
		__builtin_memcpy(&flow.destination, &ip.daddr, 16);
		if (ip.nexthdr != IPPROTO_TCP) {
			struct service any = { .address = flow.destination };
			if (!has_hidden_header(skb, ip.nexthdr) || !bpf_map_lookup_elem(&toa_services, &any))
				return TC_ACT_OK;
			count(REFUSED);
			return TC_ACT_SHOT;
		}
		tcp = ETH_HLEN + sizeof(ip);
		segment = bpf_ntohs(ip.payload_len);
	} else if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return TC_ACT_OK;
		/* Only the first fragment has the header. (What overlaps it, the kernel throws away.) */
		if (ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(0x1fff))
			return TC_ACT_OK;
		is_part = ip.frag_off & bpf_htons(0x2000);
		map_v4(&flow.source, ip.saddr);
		map_v4(&flow.destination, ip.daddr);
		tcp = ETH_HLEN + ip.ihl * 4;
		segment = bpf_ntohs(ip.tot_len) - ip.ihl * 4;
	} else {
		return TC_ACT_OK;
	}

	if (bpf_skb_load_bytes(skb, tcp, &flow.source_port, 4))
		return TC_ACT_OK;
	struct service service = { .address = flow.destination, .port = flow.destination_port };
	__u32 *configured = bpf_map_lookup_elem(&toa_services, &service);
	if (!configured)
		return TC_ACT_OK;
	__u8 kind = *configured;

	__u8 control[2]; /* the header's length; flags */
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&toa_scratch, &zero);
	if (!s)
		return TC_ACT_OK;
	/* A first fragment that ends in the header hides what follows: there is no honest one. */
	__u64 options = 0;
	int is_short = bpf_skb_load_bytes(skb, tcp + 12, control, 2) != 0;
	if (!is_short) {
		__u32 header = (control[0] >> 4) * 4;
		options = header - TCP_HEADER;
		is_short = header < TCP_HEADER || header > segment;
	}
	if (!is_short && options > 0) {
		__builtin_memset(s, 0, sizeof(*s));
		__u64 last = options - 1;
		OPAQUE(last);
		if (last >= TCP_OPTIONS_MAX)
			return TC_ACT_SHOT;
		is_short = bpf_skb_load_bytes(skb, tcp + TCP_HEADER, s->options, last + 1) != 0;
	} else if (!is_short) {
		__builtin_memset(s, 0, sizeof(*s));
	}
	if (is_short) {
		count(REFUSED);
		return TC_ACT_SHOT;
	}

	__u8 flags = control[1];
	int is_syn = (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	__u32 checksum = tcp + offsetof(struct tcphdr, check);

	/* NOP, NOP, timestamps: what nearly every later segment has, and nothing else. */
	int is_plain = options == 12 && *(__u32 *)s->options == bpf_htonl(0x0101080a);
	if (options > 0 && !is_plain) {
		int changed;
		__builtin_memcpy(s->received, s->options, TCP_OPTIONS_MAX);
		__s64 change = neutralise(s, options, kind, is_syn, &changed);
		if (changed) {
			__u64 last = options - 1;
			OPAQUE(last);
			if (last >= TCP_OPTIONS_MAX)
				return TC_ACT_SHOT;
			/* The change of the checksum makes up for the change of the options: no sum of the whole changes. */
			if (bpf_skb_store_bytes(skb, tcp + TCP_HEADER, s->options, last + 1, 0) ||
			    bpf_l4_csum_replace(skb, checksum, 0, change, 0)) {
				count(FAILED);
				return TC_ACT_SHOT;
			}
			count(NEUTRALISED);
		}
	}

	if (flags & (TCP_FIN | TCP_RST)) {
		bpf_map_delete_elem(&toa_flows, &flow);
		return TC_ACT_OK;
	}
	if (is_syn) {
		bpf_map_update_elem(&toa_flows, &flow, &zero, BPF_ANY);
	} else {
		__u32 *marked = bpf_map_lookup_elem(&toa_flows, &flow);
		if (!marked)
			return TC_ACT_OK;
		if (*marked >= MARKED_ACKS) {
			bpf_map_delete_elem(&toa_flows, &flow);
			return TC_ACT_OK;
		}
		*marked += 1;
	}
	/* Data would have to move; the real server has the option of the SYN. */
	__u32 header = TCP_HEADER + options;
	if (is_part || segment != header) {
		count(WITH_DATA);
		return TC_ACT_OK;
	}

	__u32 size = is_v6 ? TOA_LENGTH_V6 : TOA_LENGTH_V4;
	if (options + size > TCP_OPTIONS_MAX) {
		count(NO_ROOM);
		return TC_ACT_OK;
	}
	__s64 change;
	__u8 *option;
	if (is_v6) {
		option = s->room;
		__builtin_memcpy(option + 4, &flow.source, 16);
	} else {
		option = s->room + (TOA_LENGTH_V6 - TOA_LENGTH_V4);
		__builtin_memcpy(option + 4, flow.source.bytes + 12, 4);
	}
	option[0] = kind;
	option[1] = size;
	__builtin_memcpy(option + 2, &flow.source_port, 2);
	/* `room` is 0 where the option is not. */
	change = bpf_csum_diff(0, 0, (__be32 *)s->room, TOA_LENGTH_V6, 0);

	if (bpf_skb_change_tail(skb, tcp + header + size, 0)) {
		count(FAILED);
		return TC_ACT_OK;
	}
	/* From here on the segment has a tail that does not belong to it: it goes out whole or not at all. */
	__u64 last = options + size - 1;
	OPAQUE(last);
	if (last >= TCP_OPTIONS_MAX)
		return TC_ACT_SHOT;
	long failed;
	if (is_v6)
		failed = bpf_skb_store_bytes(skb, tcp + TCP_HEADER, s->room, last + 1, 0);
	else
		failed = bpf_skb_store_bytes(skb, tcp + TCP_HEADER, s->room + (TOA_LENGTH_V6 - TOA_LENGTH_V4), last + 1, 0);
	__u8 grown[2] = { (control[0] & 0x0f) | (((header + size) / 4) << 4), flags };
	__u16 before, after;
	__builtin_memcpy(&before, control, 2);
	__builtin_memcpy(&after, grown, 2);
	failed |= bpf_skb_store_bytes(skb, tcp + 12, grown, 2, 0);
	failed |= bpf_l4_csum_replace(skb, checksum, before, after, 2);
	failed |= bpf_l4_csum_replace(skb, checksum, 0, change, 0);
	failed |= bpf_l4_csum_replace(skb, checksum, bpf_htons(segment), bpf_htons(segment + size), BPF_F_PSEUDO_HDR | 2);
	if (is_v6) {
		__be16 length = bpf_htons(segment + size);
		failed |= bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, payload_len), &length, 2,
					      BPF_F_RECOMPUTE_CSUM);
	} else {
		__u32 whole = tcp - ETH_HLEN + segment;
		__be16 length = bpf_htons(whole + size);
		failed |= bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), bpf_htons(whole), length, 2);
		failed |= bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, tot_len), &length, 2, 0);
	}
	if (failed) {
		count(FAILED);
		return TC_ACT_SHOT;
	}
	count(is_syn ? MARKED_SYN : MARKED_ACK);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual MIT/GPL";
