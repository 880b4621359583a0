/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TOA on the real server. When a connection from a trusted director is established, its client's address is taken from
 * the segment that completed the handshake, or else from the SYN that the kernel saved; it lives as long as the socket.
 * accept() and getpeername() then answer with it. The kernel itself (ss, the firewall, conntrack) goes on seeing the
 * director's local address.
 */
#include "toa.h"

#define AF_INET 2

struct client {
	__u32 is_v6;
	__u32 port; /* network byte order, as getpeername has it */
	__u32 address[4];
};

struct prefix {
	__u32 length; /* of IPv4: 96 more */
	struct address address;
};

struct header {
	__u8 bytes[TCP_HEADER + TCP_OPTIONS_MAX + 68];
};

enum counter { LISTENING, FROM_ACK, FROM_SYN, NONE, UNTRUSTED, FAILED, ANSWERED, COUNTERS };

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct client);
} toa_clients SEC(".maps");

/* local addresses of directors that are believed → TOA's kind */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
	__uint(max_entries, 1024);
} toa_trusted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, COUNTERS);
} toa_got SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct header);
	__uint(max_entries, 1);
} toa_header SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *value = bpf_map_lookup_elem(&toa_got, &which);
	if (value)
		*value += 1;
}

/* The first option of the kind counts, wherever it is. @returns whether there is one */
static __always_inline int find_client(struct header *h, __u8 kind, struct client *client)
{
	__u32 length = (h->bytes[12] >> 4) * 4, next = TCP_HEADER, found = 0;

#pragma unroll
	for (__u32 at = TCP_HEADER; at <= TCP_HEADER + TCP_OPTIONS_MAX - TOA_LENGTH_V4; at++) {
		if (at != next || at + TOA_LENGTH_V4 > length || found)
			continue;
		__u8 size = h->bytes[at + 1];
		if (h->bytes[at] == OPTION_NOP) {
			next = at + 1;
		} else if (h->bytes[at] == OPTION_END || size < 2) {
			next = 255;
		} else {
			next = at + size;
			if (h->bytes[at] == kind && next <= length && (size == TOA_LENGTH_V4 || size == TOA_LENGTH_V6))
				found = at;
		}
	}
	if (found < TCP_HEADER || found > TCP_HEADER + TCP_OPTIONS_MAX - TOA_LENGTH_V4)
		return 0;
	__u16 port;
	__builtin_memcpy(&port, &h->bytes[found + 2], 2);
	__builtin_memset(client, 0, sizeof(*client));
	client->port = port;
	client->is_v6 = h->bytes[found + 1] == TOA_LENGTH_V6;
	if (client->is_v6)
		__builtin_memcpy(client->address, &h->bytes[found + 4], 16);
	else
		__builtin_memcpy(client->address, &h->bytes[found + 4], 4);
	return 1;
}

/* A copy of the segment's header: the verifier wants sizes that it knows, and a header has sixteen. */
static __always_inline void copy_header(struct header *to, struct bpf_sock_ops *ctx)
{
	void *from = ctx->skb_data, *end = ctx->skb_data_end;

	to->bytes[12] = 0;
#define COPY(size)                                                                                                      \
	if (from + (size) <= end) {                                                                                     \
		__builtin_memcpy(to->bytes, from, size);                                                                \
		return;                                                                                                 \
	}
	COPY(60) COPY(56) COPY(52) COPY(48) COPY(44) COPY(40) COPY(36) COPY(32) COPY(28)
#undef COPY
}

SEC("sockops")
int toa_established(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_TCP_LISTEN_CB) {
		int on = 1;
		bpf_setsockopt(ctx, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof(on));
		count(LISTENING);
		return 1;
	}
	if (ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return 1;

	/* Each word is read by itself: the verifier takes no address of the context that was computed. */
	struct prefix peer;
	__builtin_memset(&peer, 0, sizeof(peer));
	peer.length = 128;
	volatile __u32 family = ctx->family;
	__u32 word;
	if (family == AF_INET) {
		word = ctx->remote_ip4;
		OPAQUE(word);
		map_v4(&peer.address, word);
		asm volatile("" ::: "memory");
	} else {
#define WORD(number)                                                                                                    \
	word = ctx->remote_ip6[number];                                                                                 \
	OPAQUE(word);                                                                                                   \
	__builtin_memcpy(peer.address.bytes + 4 * (number), &word, 4);
		WORD(0) WORD(1) WORD(2) WORD(3)
#undef WORD
	}
	__u32 *kind = bpf_map_lookup_elem(&toa_trusted, &peer);
	if (!kind) {
		count(UNTRUSTED);
		return 1;
	}

	__u32 zero = 0;
	struct header *h = bpf_map_lookup_elem(&toa_header, &zero);
	if (!h)
		return 1;
	struct client client = {};
	__u32 source = FROM_ACK;
	copy_header(h, ctx);
	if (!find_client(h, *kind, &client)) {
		source = FROM_SYN;
		h->bytes[12] = 0;
		if (bpf_getsockopt(ctx, IPPROTO_TCP, TCP_BPF_SYN, h->bytes, TCP_HEADER + TCP_OPTIONS_MAX) <= 0 ||
		    !find_client(h, *kind, &client)) {
			count(NONE);
			return 1;
		}
	}
	struct bpf_sock *socket = ctx->sk;
	if (!socket)
		return 1;
	struct client *kept = bpf_sk_storage_get(&toa_clients, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!kept) {
		count(FAILED);
		return 1;
	}
	*kept = client;
	count(source);
	return 1;
}

SEC("cgroup/getpeername4")
int toa_peer4(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	if (!socket)
		return 1;
	struct client *client = bpf_sk_storage_get(&toa_clients, socket, 0, 0);
	if (!client || client->is_v6)
		return 1;
	ctx->user_ip4 = client->address[0];
	ctx->user_port = client->port;
	count(ANSWERED);
	return 1;
}

SEC("cgroup/getpeername6")
int toa_peer6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	if (!socket)
		return 1;
	struct client *client = bpf_sk_storage_get(&toa_clients, socket, 0, 0);
	if (!client)
		return 1;
	/* A socket of both families has IPv4 clients as ::ffff:a.b.c.d. */
	ctx->user_ip6[0] = client->is_v6 ? client->address[0] : 0;
	ctx->user_ip6[1] = client->is_v6 ? client->address[1] : 0;
	ctx->user_ip6[2] = client->is_v6 ? client->address[2] : bpf_htonl(0xffff);
	ctx->user_ip6[3] = client->is_v6 ? client->address[3] : client->address[0];
	ctx->user_port = client->port;
	count(ANSWERED);
	return 1;
}

char _license[] SEC("license") = "Dual MIT/GPL";
