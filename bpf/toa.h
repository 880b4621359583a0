/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What both programs of TOA ("TCP option address") share. docs/toa.md has the wire format. */
#ifndef LVSADM_TOA_H
#define LVSADM_TOA_H

#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TCP_HEADER 20        /* bytes, without options */
#define TCP_OPTIONS_MAX 40   /* bytes: the header's length has four bits */

#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MPTCP 30
#define OPTION_FAST_OPEN 34

/* kind, length, port, address */
#define TOA_LENGTH_V4 8
#define TOA_LENGTH_V6 20

/* An IPv4 address is ::ffff:a.b.c.d, so that a key is of one shape. */
struct address {
	__u8 bytes[16];
};

static __always_inline void map_v4(struct address *to, __u32 v4)
{
	to->bytes[10] = 0xff;
	to->bytes[11] = 0xff;
	__builtin_memcpy(to->bytes + 12, &v4, 4);
}

/* Keeps the compiler from forgetting the bounds that the verifier has to see. */
#define OPAQUE(value) asm volatile("" : "+r"(value))

#endif
