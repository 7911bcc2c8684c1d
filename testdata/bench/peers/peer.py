"""Measures eventlet or gevent as ../suite measures Go, and prints in the form of go test -bench.

    peer.py eventlet|gevent bench SLEEPERS SECONDS    all operations, each for about SECONDS
    peer.py eventlet|gevent serve PORT                an HTTP server that says hello
"""

import socket
import sys
import time


class Eventlet:
    def __init__(self):
        import eventlet
        import eventlet.queue
        import eventlet.semaphore
        import eventlet.tpool
        import eventlet.wsgi

        self.spawn = eventlet.spawn
        self.sleep = eventlet.sleep
        self.offload = eventlet.tpool.execute
        self.lock = eventlet.semaphore.Semaphore
        self.channel = eventlet.queue.Queue  # one of size 0 hands over
        self.serve = lambda port: eventlet.wsgi.server(
            at_once(eventlet.listen(("127.0.0.1", port))), hello, log_output=False)

    def join(self, thread):
        thread.wait()


class Gevent:
    def __init__(self):
        import gevent
        import gevent.lock
        import gevent.pywsgi
        import gevent.queue
        import gevent.socket

        self.spawn = gevent.spawn
        self.sleep = gevent.sleep
        self.offload = gevent.get_hub().threadpool.apply
        self.lock = gevent.lock.Semaphore
        # A Queue of size 0 has no bound.
        self.channel = lambda size: gevent.queue.Queue(size) if size else gevent.queue.Channel()

        def serve(port):
            listener = at_once(gevent.socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
            gevent.pywsgi.WSGIServer(listener, hello, log=None).serve_forever()

        self.serve = serve

    def join(self, thread):
        thread.get()  # with what it has raised


def at_once(listener):
    """Has what is written to its connections sent at once, as Go does: an answer that is written
    in two parts would wait 40 ms for the client's acknowledgement."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"hello\n"]


def empty():
    pass


def together(peer, *functions):
    """Returns how long it takes until all of them, each in a thread of its own, have returned."""
    begin = time.perf_counter()
    for thread in [peer.spawn(f) for f in functions]:
        peer.join(thread)
    return time.perf_counter() - begin


def spawn(peer, n):
    begin = time.perf_counter()
    for _ in range(n):
        peer.join(peer.spawn(empty))
    return time.perf_counter() - begin


def switch(peer, n):
    def half():
        for _ in range((n + 1) // 2):
            peer.sleep(0)

    return together(peer, half, half)


def pingpong(capacity):
    def run(peer, n):
        ping, pong = peer.channel(capacity), peer.channel(capacity)

        def caller():
            for i in range(n):
                ping.put(i)
                pong.get()

        def answerer():
            for _ in range(n):
                pong.put(ping.get())

        return together(peer, caller, answerer)

    return run


def contended(peer, n):
    lock = peer.lock()

    def share(i):
        def run():
            for _ in range((n + i) // 8):
                with lock:
                    peer.sleep(0)

        return run

    return together(peer, *[share(i) for i in range(8)])


def offload(peer, n):
    begin = time.perf_counter()
    for _ in range(n):
        peer.offload(empty)
    return time.perf_counter() - begin


def sleepers(peer, n):
    """As BenchmarkSleepers: the time when all sleep does not count."""
    started = late = 0
    begin = time.perf_counter()
    deadline = begin + 0.5 + n * 50e-6

    def sleeper():
        nonlocal started, late
        started += 1
        left = deadline - time.perf_counter()
        if left <= 0:
            late += 1
        peer.sleep(max(left, 0))

    threads = [peer.spawn(sleeper) for _ in range(n)]
    while started < n:
        peer.sleep(0)
    up = time.perf_counter() - begin
    for thread in threads:
        peer.join(thread)
    end = time.perf_counter()
    return end - begin if late else up + end - deadline


def report(name, n, seconds):
    print(f"Benchmark{name}\t{n}\t{seconds / n * 1e9:.1f} ns/op", flush=True)


def bench(peer, sleeping, goal):
    for name, operation in {
        "Spawn": spawn,
        "Switch": switch,
        "Chan/pingpong/cap0": pingpong(0),
        "Chan/pingpong/cap1": pingpong(1),
        "Mutex/contended": contended,
        "Offload": offload,
    }.items():
        n, took = 1, operation(peer, 1)
        while took < goal:  # as package testing grows b.N
            n = max(n + 1, min(100 * n, int(1.2 * n * goal / took)))
            took = operation(peer, n)
        report(name, n, took)
    report("Sleepers", sleeping, sleepers(peer, sleeping))


if __name__ == "__main__":
    peer = {"eventlet": Eventlet, "gevent": Gevent}[sys.argv[1]]()
    if sys.argv[2] == "serve":
        peer.serve(int(sys.argv[3]))
    else:
        bench(peer, int(sys.argv[3]), float(sys.argv[4]))
