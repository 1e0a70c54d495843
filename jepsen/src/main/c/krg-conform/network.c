// SPDX-License-Identifier: Apache-2.0
// Sockets of a program with an address of its own.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static union address loopback(int family, in_port_t port) {
    union address address = {.any.sa_family = family};
    if (family == AF_INET6) {
        address.in6.sin6_addr = in6addr_loopback;
        address.in6.sin6_port = port;
    } else {
        address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.in.sin_port = port;
    }
    return address;
}

static union address own_address(in_port_t port) {
    struct ifaddrs *all;
    MUST(getifaddrs(&all));
    union address own = {0};
    for (struct ifaddrs *it = all; it != NULL; it = it->ifa_next) {
        if (it->ifa_addr != NULL && it->ifa_addr->sa_family == AF_INET &&
            !(it->ifa_flags & IFF_LOOPBACK)) {
            memcpy(&own.in, it->ifa_addr, sizeof own.in);
        }
    }
    freeifaddrs(all);
    CHECK(own.any.sa_family == AF_INET, "there is no address of its own");
    own.in.sin_port = port;
    return own;
}

static union address name_of(int fd) {
    union address name = {0};
    socklen_t length = sizeof name;
    MUST(getsockname(fd, &name.any, &length));
    return name;
}

static int bound(int type, union address address) {
    int fd = MUST(socket(address.any.sa_family, type, 0));
    MUST(bind(fd, &address.any, sizeof address));
    return fd;
}

static int listening(int family) {
    int fd = bound(SOCK_STREAM, loopback(family, 0));
    MUST(listen(fd, 8));
    return fd;
}

static int connected(union address to) {
    int fd = MUST(socket(to.any.sa_family, SOCK_STREAM, 0));
    CHECK(connect(fd, &to.any, sizeof to) == 0, "cannot connect: %s", strerror(errno));
    return fd;
}

static void set(int fd, int level, int option, int value) {
    MUST(setsockopt(fd, level, option, &value, sizeof value));
}

static int value_of(int fd, int level, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    MUST(getsockopt(fd, level, option, &value, &length));
    return value;
}

static void expect_option(int fd, int level, int option, int value, const char *name) {
    int found = value_of(fd, level, option);
    CHECK(found == value, "%s is %d, not %d", name, found, value);
}

static void put(int fd, const char *text) {
    ssize_t length = (ssize_t)strlen(text);
    CHECK(send(fd, text, length, MSG_NOSIGNAL) == length, "cannot send: %s", strerror(errno));
}

static void expect(int fd, const char *text) {
    char found[64] = {0};
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    CHECK(poll(&ready, 1, 5000) == 1, "\"%s\" does not come", text);
    ssize_t length = recv(fd, found, sizeof found - 1, 0);
    CHECK(length == (ssize_t)strlen(text) && strcmp(found, text) == 0, "received \"%s\", not \"%s\"",
          found, text);
}

static void expect_end(int fd) {
    char byte;
    CHECK(recv(fd, &byte, 1, 0) == 0, "the other side has not ended");
}

// Two ends of a connection.
struct talk {
    int client, server;
};

static struct talk talk_over(int family) {
    int listener = listening(family);
    struct talk talk = {.client = connected(name_of(listener))};
    talk.server = MUST(accept(listener, NULL, NULL));
    close(listener);
    return talk;
}

static void greet(int listener, union address to) {
    int client = connected(to);
    int server = MUST(accept(listener, NULL, NULL));
    put(client, "who is there");
    expect(server, "who is there");
    close(client);
    close(server);
}

static void listener(void) {
    union address any = {.in.sin_family = AF_INET};
    union address any6 = {.in6.sin6_family = AF_INET6};
    int four = bound(SOCK_STREAM, any);
    int six = MUST(socket(AF_INET6, SOCK_STREAM, 0));
    set(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    MUST(bind(six, &any6.any, sizeof any6.in6));
    set(four, SOL_SOCKET, SO_REUSEADDR, 1);
    MUST(listen(four, 8));
    MUST(listen(six, 8));
    in_port_t port = name_of(four).in.sin_port, port6 = name_of(six).in6.sin6_port;
    await_go();
    CHECK(name_of(four).in.sin_port == port, "another port");
    expect_option(four, SOL_SOCKET, SO_ACCEPTCONN, 1, "SO_ACCEPTCONN");
    expect_option(four, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    expect_option(six, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
    greet(four, own_address(port));
    greet(four, loopback(AF_INET, port));
    greet(six, loopback(AF_INET6, port6));
}

static void exchange(int family) {
    struct talk talk = talk_over(family);
    put(talk.client, "a question");
    put(talk.server, "an answer");
    await_go();
    expect(talk.server, "a question");
    expect(talk.client, "an answer");
    put(talk.client, "another");
    expect(talk.server, "another");
    put(talk.server, "and more");
    expect(talk.client, "and more");
}

static void exchange_4(void) {
    exchange(AF_INET);
}

static void exchange_6(void) {
    exchange(AF_INET6);
}

static void options(void) {
    struct talk talk = talk_over(AF_INET);
    struct linger wait = {.l_onoff = 1, .l_linger = 7}, now;
    socklen_t length = sizeof now;
    MUST(setsockopt(talk.client, SOL_SOCKET, SO_LINGER, &wait, sizeof wait));
    set(talk.client, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(talk.client, IPPROTO_TCP, TCP_KEEPIDLE, 77);
    set(talk.client, IPPROTO_TCP, TCP_KEEPINTVL, 11);
    set(talk.client, IPPROTO_TCP, TCP_KEEPCNT, 5);
    set(talk.client, IPPROTO_TCP, TCP_NODELAY, 1);
    set(talk.client, IPPROTO_IP, IP_TOS, 0x10);
    set(talk.client, SOL_SOCKET, SO_OOBINLINE, 1);
    set(talk.client, SOL_SOCKET, SO_RCVLOWAT, 3);
    set(talk.client, SOL_SOCKET, SO_SNDBUF, 99999);
    int size = value_of(talk.client, SOL_SOCKET, SO_SNDBUF);
    await_go();
    MUST(getsockopt(talk.client, SOL_SOCKET, SO_LINGER, &now, &length));
    CHECK(now.l_onoff == 1 && now.l_linger == 7, "SO_LINGER is %d", now.l_linger);
    expect_option(talk.client, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
    expect_option(talk.client, IPPROTO_TCP, TCP_KEEPIDLE, 77, "TCP_KEEPIDLE");
    expect_option(talk.client, IPPROTO_TCP, TCP_KEEPINTVL, 11, "TCP_KEEPINTVL");
    expect_option(talk.client, IPPROTO_TCP, TCP_KEEPCNT, 5, "TCP_KEEPCNT");
    expect_option(talk.client, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    expect_option(talk.client, IPPROTO_IP, IP_TOS, 0x10, "IP_TOS");
    expect_option(talk.client, SOL_SOCKET, SO_OOBINLINE, 1, "SO_OOBINLINE");
    expect_option(talk.client, SOL_SOCKET, SO_RCVLOWAT, 3, "SO_RCVLOWAT");
    expect_option(talk.client, SOL_SOCKET, SO_SNDBUF, size, "SO_SNDBUF");
    expect_option(talk.server, SOL_SOCKET, SO_KEEPALIVE, 0, "SO_KEEPALIVE of the other side");
}

// Until neither side takes more.
static long fill_up(int fd) {
    static char block[8192];
    long sent = 0;
    for (struct pollfd room = {.fd = fd, .events = POLLOUT}; poll(&room, 1, 300) == 1;) {
        for (size_t i = 0; i < sizeof block; i++) {
            block[i] = (char)((sent + (long)i) % 251);
        }
        ssize_t took = send(fd, block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += took < 0 ? 0 : took;
    }
    return sent;
}

static void full(void) {
    struct talk talk = talk_over(AF_INET);
    long sent = fill_up(talk.client);
    await_go();
    MUST(shutdown(talk.client, SHUT_WR));
    static char block[8192];
    long got = 0;
    for (ssize_t length; (length = recv(talk.server, block, sizeof block, 0)) != 0;) {
        CHECK(length > 0, "after %ld of %ld bytes: %s", got, sent, strerror(errno));
        for (ssize_t i = 0; i < length; i++) {
            CHECK(block[i] == (char)((got + i) % 251), "byte %ld is damaged", got + i);
        }
        got += length;
    }
    CHECK(got == sent, "%ld of %ld bytes", got, sent);
}

static void half_closed(void) {
    struct talk talk = talk_over(AF_INET), reading = talk_over(AF_INET6);
    put(talk.client, "the last word");
    MUST(shutdown(talk.client, SHUT_WR));
    MUST(shutdown(reading.server, SHUT_WR));
    expect_end(reading.client);
    await_go();
    expect(talk.server, "the last word");
    expect_end(talk.server);
    put(talk.server, "still heard");
    expect(talk.client, "still heard");
    put(reading.client, "heard too");
    expect(reading.server, "heard too");
    CHECK(send(talk.client, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "it may send again");
    close(talk.server);
    expect_end(talk.client);
}

static void not_accepted(void) {
    int listener = listening(AF_INET);
    int client = connected(name_of(listener));
    put(client, "let me in");
    await_go();
    int server = MUST(accept(listener, NULL, NULL));
    expect(server, "let me in");
}

// What was received and not read is lost where it comes back, as a network may lose it.
static void datagrams(void) {
    int one = bound(SOCK_DGRAM, loopback(AF_INET, 0)), other = bound(SOCK_DGRAM, own_address(0));
    int six = bound(SOCK_DGRAM, loopback(AF_INET6, 0)), unbound = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    union address to = name_of(one), six_to = name_of(six);
    MUST(connect(unbound, &to.any, sizeof to.in));
    union address from = name_of(unbound);
    MUST(connect(one, &from.any, sizeof from.in));
    set(other, SOL_SOCKET, SO_BROADCAST, 1);
    set(other, IPPROTO_IP, IP_TTL, 9);
    set(one, IPPROTO_IP, IP_PKTINFO, 1);
    put(unbound, "not read");
    await_go();
    for (char old[64]; recv(one, old, sizeof old, MSG_DONTWAIT) > 0;) {
    }
    put(unbound, "to and");
    expect(one, "to and");
    put(one, "fro");
    expect(unbound, "fro");
    CHECK(sendto(other, "x", 1, 0, &to.any, sizeof to.in) == 1, "sendto: %s", strerror(errno));
    CHECK(recv(one, &(char){0}, 1, MSG_DONTWAIT) == -1, "it hears others than who it connected to");
    int outside = MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CHECK(sendto(outside, "six", 3, 0, &six_to.any, sizeof six_to.in6) == 3, "sendto: %s",
          strerror(errno));
    expect(six, "six");
    expect_option(other, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
    expect_option(other, IPPROTO_IP, IP_TTL, 9, "IP_TTL");
    expect_option(one, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
}

static void multicast(void) {
    struct ip_mreqn group = {.imr_multiaddr.s_addr = htonl(0xefc20107)};
    group.imr_ifindex = (int)if_nametoindex("lo");
    union address any = {.in = {.sin_family = AF_INET, .sin_port = htons(7107)}};
    int hears = bound(SOCK_DGRAM, any), says = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(setsockopt(hears, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    MUST(setsockopt(says, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group));
    union address to = any;
    to.in.sin_addr = group.imr_multiaddr;
    CHECK(sendto(says, "before", 6, 0, &to.any, sizeof to.in) == 6, "sendto: %s", strerror(errno));
    expect(hears, "before");
    await_go();
    MUST(setsockopt(says, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group));
    CHECK(sendto(says, "after", 5, 0, &to.any, sizeof to.in) == 5, "sendto: %s", strerror(errno));
    expect(hears, "after");
}

const struct program NETWORK[] = {
    {"tcp", "a TCP connection in the network of the node, with unread bytes", exchange_4},
    {"tcp-full", "the same, which takes no more", full},
    {"cell-listener", "listening TCP sockets of IPv4 and IPv6", listener},
    {"cell-tcp", "a TCP connection with unread bytes both ways", exchange_4},
    {"cell-tcp6", "the same over IPv6", exchange_6},
    {"cell-options", "what a TCP socket was set to", options},
    {"cell-full", "a TCP connection that takes no more", full},
    {"cell-half", "TCP connections of which one side has ended", half_closed},
    {"cell-queue", "a TCP connection that was not accepted", not_accepted},
    {"cell-udp", "UDP sockets, bound and connected, without what was not read", datagrams},
    {"cell-multicast", "a UDP socket in a multicast group", multicast},
    {0},
};
