/*
 * The least that a program can do: the messages that a restore and a listing need, many of them in each datagram, and
 * nothing else. No parsing, no text.
 *
 *   lower-bound restore SERVICES DESTINATIONS
 *   lower-bound list
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM 32768
#define WINDOW 200

static char out[1 << 16], in[DATAGRAM];
static size_t used;
static int netlink_socket;
static unsigned short family;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct nlmsghdr *begin(int type, int flags, int command)
{
	struct nlmsghdr *message = (void *)(out + used);
	struct genlmsghdr *header = NLMSG_DATA(message);

	memset(message, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	message->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	header->cmd = command;
	header->version = 1;
	return message;
}

static struct nlattr *put(struct nlmsghdr *message, int type, const void *data, size_t size)
{
	struct nlattr *attribute = (void *)((char *)message + message->nlmsg_len);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	memset((char *)attribute + NLA_HDRLEN, 0, NLA_ALIGN(size));
	if (size && data)
		memcpy((char *)attribute + NLA_HDRLEN, data, size);
	message->nlmsg_len += NLA_HDRLEN + NLA_ALIGN(size);
	return attribute;
}

static void put16(struct nlmsghdr *message, int type, unsigned short value)
{
	put(message, type, &value, sizeof(value));
}

static void put32(struct nlmsghdr *message, int type, unsigned value)
{
	put(message, type, &value, sizeof(value));
}

static void close_nest(struct nlmsghdr *message, struct nlattr *nest)
{
	nest->nla_len = (char *)message + message->nlmsg_len - (char *)nest;
}

static void send_all(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(netlink_socket, out, used, 0, (void *)&kernel, sizeof(kernel)) < 0)
		die("send");
	used = 0;
}

/* Reads until an acknowledgement or the end of a dump; returns the number of other messages. */
static long drain(void)
{
	long messages = 0;

	for (;;) {
		ssize_t left = recv(netlink_socket, in, sizeof(in), 0);
		struct nlmsghdr *message = (void *)in;

		if (left < 0)
			die("recv");
		for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_ERROR) {
				int error = *(int *)NLMSG_DATA(message);

				if (error) {
					fprintf(stderr, "refused: %s\n", strerror(-error));
					exit(1);
				}
				return messages;
			}
			if (message->nlmsg_type == NLMSG_DONE)
				return messages;
			messages++;
		}
	}
}

static void resolve_family(void)
{
	struct nlmsghdr *message = begin(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY), *answer = (void *)in;
	struct nlattr *attribute;
	ssize_t size;

	put(message, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME, sizeof(IPVS_GENL_NAME));
	used = message->nlmsg_len;
	send_all();
	size = recv(netlink_socket, in, sizeof(in), 0);
	if (size < 0 || answer->nlmsg_type == NLMSG_ERROR)
		die("IPVS");
	for (char *at = (char *)NLMSG_DATA(answer) + GENL_HDRLEN; at < in + size; at += NLA_ALIGN(attribute->nla_len)) {
		attribute = (void *)at;
		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID)
			family = *(unsigned short *)(at + NLA_HDRLEN);
	}
}

static void put_service(struct nlmsghdr *message, unsigned address, int whole)
{
	unsigned flags[2] = { 0, ~0u };
	unsigned char bytes[16] = { 0 };
	struct nlattr *nest = put(message, IPVS_CMD_ATTR_SERVICE | NLA_F_NESTED, NULL, 0);

	*(unsigned *)bytes = htonl(address);
	put16(message, IPVS_SVC_ATTR_AF, AF_INET);
	put16(message, IPVS_SVC_ATTR_PROTOCOL, IPPROTO_TCP);
	put(message, IPVS_SVC_ATTR_ADDR, bytes, sizeof(bytes));
	put16(message, IPVS_SVC_ATTR_PORT, htons(80));
	if (whole) {
		put(message, IPVS_SVC_ATTR_SCHED_NAME, "rr", 3);
		put(message, IPVS_SVC_ATTR_FLAGS, flags, sizeof(flags));
		put32(message, IPVS_SVC_ATTR_TIMEOUT, 0);
		put32(message, IPVS_SVC_ATTR_NETMASK, ~0u);
	}
	close_nest(message, nest);
}

static void put_destination(struct nlmsghdr *message, unsigned address)
{
	unsigned char bytes[16] = { 0 };
	struct nlattr *nest = put(message, IPVS_CMD_ATTR_DEST | NLA_F_NESTED, NULL, 0);

	*(unsigned *)bytes = htonl(address);
	put16(message, IPVS_DEST_ATTR_ADDR_FAMILY, AF_INET);
	put(message, IPVS_DEST_ATTR_ADDR, bytes, sizeof(bytes));
	put16(message, IPVS_DEST_ATTR_PORT, htons(80));
	put32(message, IPVS_DEST_ATTR_FWD_METHOD, IP_VS_CONN_F_DROUTE);
	put32(message, IPVS_DEST_ATTR_WEIGHT, 1);
	put32(message, IPVS_DEST_ATTR_U_THRESH, 0);
	put32(message, IPVS_DEST_ATTR_L_THRESH, 0);
	close_nest(message, nest);
}

static void restore(unsigned services, unsigned destinations)
{
	unsigned waiting = 0;

	for (unsigned service = 0; service < services; service++) {
		for (unsigned rank = 0; rank <= destinations; rank++) {
			struct nlmsghdr *message = begin(family, 0, rank ? IPVS_CMD_NEW_DEST : IPVS_CMD_NEW_SERVICE);
			int last = service + 1 == services && rank == destinations;

			put_service(message, 0x0a010000 + service, rank == 0);
			if (rank)
				put_destination(message, 0x0ac80000 + rank);
			used += NLMSG_ALIGN(message->nlmsg_len);
			if (++waiting == WINDOW || last) {
				message->nlmsg_flags |= NLM_F_ACK;
				send_all();
				drain();
				waiting = 0;
			}
		}
	}
}

static void list(void)
{
	/* The keys of all services first, as a listing has to. */
	unsigned *addresses = malloc(sizeof(*addresses) << 20);
	long count = 0, destinations = 0;
	struct nlmsghdr *message = begin(family, NLM_F_DUMP, IPVS_CMD_GET_SERVICE);

	used = message->nlmsg_len;
	send_all();
	for (int done = 0; !done;) {
		ssize_t left = recv(netlink_socket, in, sizeof(in), 0);

		for (message = (void *)in; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE) {
				done = 1;
				break;
			}
			char *nest = (char *)NLMSG_DATA(message) + GENL_HDRLEN;
			char *end = nest + ((struct nlattr *)nest)->nla_len;

			for (char *at = nest + NLA_HDRLEN; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len))
				if (((struct nlattr *)at)->nla_type == IPVS_SVC_ATTR_ADDR && count < 1 << 20)
					addresses[count++] = ntohl(*(unsigned *)(at + NLA_HDRLEN));
		}
	}
	for (long index = 0; index < count; index++) {
		message = begin(family, NLM_F_DUMP, IPVS_CMD_GET_DEST);
		put_service(message, addresses[index], 0);
		used = message->nlmsg_len;
		send_all();
		destinations += drain();
	}
	printf("%ld services, %ld destinations\n", count, destinations);
}

int main(int count, char **words)
{
	netlink_socket = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (netlink_socket < 0)
		die("socket");
	resolve_family();
	if (count == 4 && !strcmp(words[1], "restore"))
		restore(atoi(words[2]), atoi(words[3]));
	else if (count == 2 && !strcmp(words[1], "list"))
		list();
	else {
		fprintf(stderr, "usage: lower-bound restore SERVICES DESTINATIONS | list\n");
		return 2;
	}
	return 0;
}
