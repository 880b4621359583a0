/*
 * Lets keepalived run without IPVS, and writes down the requests that it would send: one line of hexadecimal for each
 * generic netlink message, in the file that RECORD names. Nothing is sent.
 *
 *     cc -O2 -shared -fPIC -o record.so record.c
 *     RECORD=requests LD_PRELOAD=./record.so keepalived -C -n -f keepalived.conf
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*callback)(void *message, void *argument);

extern struct nlmsghdr *nlmsg_hdr(void *message);

static callback acknowledged;
static void *acknowledged_argument;

int genl_ctrl_resolve(void *socket, const char *name) { return 30; }
int nl_connect(void *socket, int protocol) { return 0; }
int genl_connect(void *socket) { return 0; }
int nl_socket_modify_err_cb(void *socket, int kind, void *function, void *data) { return 0; }

/* Type 4 is NL_CB_ACK of libnl. */
int nl_socket_modify_cb(void *socket, int type, int kind, callback function, void *data)
{
	if (type == 4) {
		acknowledged = function;
		acknowledged_argument = data;
	}
	return 0;
}

int nl_recvmsgs_default(void *socket)
{
	if (acknowledged)
		acknowledged(NULL, acknowledged_argument);
	return 0;
}

static int record(void *message)
{
	const struct nlmsghdr *header = nlmsg_hdr(message);
	const unsigned char *bytes = NLMSG_DATA(header);
	const char *path = getenv("RECORD");
	FILE *file = path ? fopen(path, "a") : NULL;
	if (!file)
		return 1;
	for (unsigned at = 0; at < NLMSG_PAYLOAD(header, 0); at++)
		fprintf(file, "%02x", bytes[at]);
	fputc('\n', file);
	fclose(file);
	return 1;
}

int nl_send_auto(void *socket, void *message) { return record(message); }
int nl_send_auto_complete(void *socket, void *message) { return record(message); }
