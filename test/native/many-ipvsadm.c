/*
 * Lets one process of the real ipvsadm carry out thousands of command lines, where there is no IPVS and no right to it.
 * Loaded in front of the C library, it takes the place of ipvsadm's main(): for each case of a file it forks, and the
 * child calls main() with the words of the case, as a process of its own would. What the child prints on both streams,
 * its exit code, and each netlink message that it would send are written to another file. Nothing is sent.
 *
 *     cc -O2 -shared -fPIC -o many-ipvsadm.so many-ipvsadm.c
 *     CASES=in RESULTS=out LD_PRELOAD=$PWD/many-ipvsadm.so ipvsadm
 *
 * A case:    u32 number of words, u32 flags, u32 bytes of standard input; the words, each with a NUL; the input.
 * A result:  u32 exit code (128 + signal), u32 bytes of stdout, of stderr, of the messages; these three.
 * Flags:     1: with POSIXLY_CORRECT.
 *
 * Host names are looked up only if the environment has NAMES: otherwise nothing has a name, and nobody asks the network.
 * CONNECTIONS names the file that is read for /proc/net/ip_vs_conn. TABLE names a file of services and destinations, in
 * the kernel's order: u32 command (NEW_SERVICE, NEW_DEST), u32 key of the service (its mark, or its port), u32 length; the
 * attributes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* No command line takes long; one that hangs is a result, too. */
#define SECONDS 20
#define POSIX 1

typedef int program(int argc, char **argv, char **environment);

enum { INPUT, OUT, ERR, MESSAGES, FILES };

static program *ipvsadm;
static int files[FILES];

/* --- what ipvsadm is to find in the place of the kernel and of the network --- */

/* Of libnl, which ipvsadm loads. */
extern void *nlmsg_alloc(void), *nlmsg_hdr(void *message);
extern void nlmsg_free(void *message);
extern void *genlmsg_put(void *message, uint32_t port, uint32_t sequence, int family, int header, int flags,
			 uint8_t command, uint8_t version);
extern int nlmsg_append(void *message, void *data, size_t length, int padding);
extern void *nlmsg_alloc_size(size_t length);
extern int nla_put(void *message, int type, int length, const void *value);
extern void *nla_nest_start(void *message, int type);
extern int nla_nest_end(void *message, void *nest);

/* Commands of include/uapi/linux/ip_vs.h, of which many also answer. */
enum { NEW_SERVICE = 1, GET_SERVICE = 4, NEW_DEST = 5, GET_DEST = 8, SET_INFO = 14, GET_INFO = 15 };
#define FAMILY 27

typedef int take_message(void *message, void *argument);
static take_message *take;
static void *argument;
static int asked, asks_for_all;
/* Of the service that is asked about: its mark, or its port. */
static uint32_t key;

int genl_connect(void *socket) { return 0; }
int genl_ctrl_resolve(void *socket, const char *name) { return FAMILY; }

int nl_socket_modify_cb(void *socket, int type, int kind, take_message *function, void *its_argument)
{
	take = function;
	argument = its_argument;
	return 0;
}

/* Looks through the attributes of a service. */
static uint32_t key_of(const uint8_t *at, const uint8_t *end)
{
	uint32_t mark = 0, port = 0;
	uint16_t length, type;

	for (; at + 4 <= end; at += (length + 3) & ~3) {
		memcpy(&length, at, sizeof length);
		memcpy(&type, at + 2, sizeof type);
		if (length < 4)
			break;
		if (type == 4)
			port = at[4] << 8 | at[5];
		if (type == 5)
			memcpy(&mark, at + 4, sizeof mark);
	}
	return mark ? mark : port;
}

int nl_send_auto_complete(void *socket, void *message)
{
	uint8_t *bytes = nlmsg_hdr(message);
	uint32_t length;
	uint16_t flags;

	memcpy(&length, bytes, sizeof length);
	if (write(files[MESSAGES], bytes, length) != (ssize_t)length)
		abort();
	memcpy(&flags, bytes + 6, sizeof flags);
	/* Behind struct nlmsghdr comes struct genlmsghdr, whose first byte is the command, and then the attributes. */
	asked = bytes[16];
	asks_for_all = flags & NLM_F_DUMP;
	key = length > 24 ? key_of(bytes + 24, bytes + length) : 0;
	return length;
}

static void put_u32(void *message, int type, uint32_t value)
{
	nla_put(message, type, sizeof value, &value);
}

static void put_info(void *message)
{
	put_u32(message, 1, 0x010201); /* version 1.2.1 */
	put_u32(message, 2, 4096);     /* size of the connection table */
}

/* TCP 192.0.2.1:80, rr, without counters. */
static void put_service(void *message)
{
	static const uint8_t address[16] = { 192, 0, 2, 1 }, port[] = { 0, 80 };
	static const uint32_t flags[] = { 0, ~0 };
	static const uint16_t inet = AF_INET, tcp = 6;
	void *service = nla_nest_start(message, 1);
	void *statistics;

	nla_put(message, 1, sizeof inet, &inet);
	nla_put(message, 2, sizeof tcp, &tcp);
	nla_put(message, 3, sizeof address, address);
	nla_put(message, 4, sizeof port, port);
	nla_put(message, 6, sizeof "rr", "rr");
	nla_put(message, 7, sizeof flags, flags);
	put_u32(message, 8, 0);
	put_u32(message, 9, ~0);
	statistics = nla_nest_start(message, 10);
	for (int type = 1; type <= 10; type++)
		nla_put(message, type, type == 4 || type == 5 ? 8 : 4, (uint64_t[]){ 0 });
	nla_nest_end(message, statistics);
	nla_nest_end(message, service);
}

static void tell(int command, void *attributes, uint32_t length)
{
	void *message = nlmsg_alloc_size(length + 64);

	genlmsg_put(message, 0, 0, FAMILY, 0, 0, command, 1);
	nlmsg_append(message, attributes, length, 4);
	take(message, argument);
	nlmsg_free(message);
}

/* Services, or the destinations of one, from the file that TABLE names. */
static void tell_table(int command)
{
	int file = getenv("TABLE") ? open(getenv("TABLE"), O_RDONLY) : -1;
	uint32_t head[3];
	char *attributes;

	while (file >= 0 && read(file, head, sizeof head) == sizeof head) {
		attributes = malloc(head[2]);
		if (read(file, attributes, head[2]) != (ssize_t)head[2])
			abort();
		if (head[0] == command && (command == NEW_SERVICE || head[1] == key))
			tell(command, attributes, head[2]);
		free(attributes);
	}
	close(file);
}

/*
 * The kernel says who it is, and has the same service to show whichever is asked for. Otherwise its table is empty, and
 * it agrees to everything.
 */
int nl_recvmsgs_default(void *socket)
{
	void *message;

	if (asks_for_all && (asked == GET_SERVICE || asked == GET_DEST)) {
		tell_table(asked == GET_SERVICE ? NEW_SERVICE : NEW_DEST);
		return 0;
	}
	if (asked != GET_INFO && asked != GET_SERVICE)
		return 0;
	message = nlmsg_alloc();
	genlmsg_put(message, 0, 0, FAMILY, 0, 0, asked == GET_INFO ? SET_INFO : NEW_SERVICE, 1);
	(asked == GET_INFO ? put_info : put_service)(message);
	take(message, argument);
	nlmsg_free(message);
	return 0;
}

struct hostent *gethostbyname(const char *name)
{
	struct hostent *(*find)(const char *) = dlsym(RTLD_NEXT, "gethostbyname");

	return getenv("NAMES") ? find(name) : NULL;
}

struct hostent *gethostbyaddr(const void *address, socklen_t length, int family)
{
	struct hostent *(*find)(const void *, socklen_t, int) = dlsym(RTLD_NEXT, "gethostbyaddr");

	return getenv("NAMES") ? find(address, length, family) : NULL;
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*open_file)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
	const char *connections = getenv("CONNECTIONS");

	return open_file(connections && strstr(path, "ip_vs_conn") ? connections : path, mode);
}

/* --- one case after the other --- */

static void carry_out(char **words, int count, int flags, char **environment)
{
	dup2(files[INPUT], 0);
	dup2(files[OUT], 1);
	dup2(files[ERR], 2);
	if (flags & POSIX)
		setenv("POSIXLY_CORRECT", "1", 1);
	alarm(SECONDS);
	exit(ipvsadm(count, words, environment));
}

/* Empties a file and goes to its beginning. */
static void empty(int file)
{
	if (ftruncate(file, 0) < 0 || lseek(file, 0, SEEK_SET) < 0)
		err(1, "cannot empty a file");
}

static void put(FILE *to, uint32_t number)
{
	fwrite(&number, sizeof number, 1, to);
}

static void put_result(FILE *to, int status)
{
	static char bytes[1 << 16];
	struct stat facts;
	ssize_t got;

	put(to, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	for (int file = OUT; file < FILES; file++) {
		fstat(files[file], &facts);
		put(to, facts.st_size);
	}
	for (int file = OUT; file < FILES; file++) {
		lseek(files[file], 0, SEEK_SET);
		while ((got = read(files[file], bytes, sizeof bytes)) > 0)
			fwrite(bytes, 1, got, to);
	}
}

static int carry_out_all(int argc, char **argv, char **environment)
{
	struct stat facts;
	int cases = open(getenv("CASES"), O_RDONLY | O_CLOEXEC);
	FILE *(*open_file)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
	FILE *results = open_file(getenv("RESULTS"), "we");
	char *at, *end;

	if (cases < 0 || fstat(cases, &facts) < 0 || !results)
		err(1, "CASES and RESULTS");
	at = mmap(NULL, facts.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, cases, 0);
	if (at == MAP_FAILED)
		err(1, "CASES");
	end = at + facts.st_size;
	for (int file = 0; file < FILES; file++)
		files[file] = memfd_create("case", MFD_CLOEXEC);
	while (at < end) {
		uint32_t head[3];
		char **words;
		int status;
		pid_t child;

		memcpy(head, at, sizeof head);
		at += sizeof head;
		words = calloc(head[0] + 1, sizeof *words);
		for (uint32_t word = 0; word < head[0]; word++) {
			words[word] = at;
			at += strlen(at) + 1;
		}
		for (int file = 0; file < FILES; file++)
			empty(files[file]);
		if (write(files[INPUT], at, head[2]) != (ssize_t)head[2])
			err(1, "standard input");
		lseek(files[INPUT], 0, SEEK_SET);
		at += head[2];
		fflush(results);
		child = fork();
		if (child == 0)
			carry_out(words, head[0], head[1], environment);
		if (child < 0 || waitpid(child, &status, 0) != child)
			err(1, "cannot fork");
		free(words);
		put_result(results, status);
	}
	return fclose(results) == 0 ? 0 : 1;
}

int __libc_start_main(program *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	int (*start)(program *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *) =
		dlsym(RTLD_NEXT, "__libc_start_main");

	ipvsadm = main;
	return start(carry_out_all, argc, argv, init, fini, rtld_fini, stack_end);
}
