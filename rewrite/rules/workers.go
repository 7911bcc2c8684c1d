package rules

// workers has the processes of GREENIFY=workers=n share their listeners, and stop without a
// connection lost (runtime/hub/workers.go and internal/hubworkers there).
var workers = []Leaf{
	{File: proc, Edit: edit("main", replace, "doInit(m.inittasks)", "doInit(hubInits(m.inittasks))", 1), Why: "GREENIFY=workers=n: the parent of workers initializes the standard library only"},
	{File: proc, Edit: edit("main", replace, "fn := main_main", "fn := hubMain(main_main)", 1), Why: "GREENIFY=workers=n: the parent of workers runs nothing of the program"},
	{File: netSock, Edit: edit("socket", replace, "fd.listenStream(ctx, laddr, listenerBacklog(), ctrlCtxFn)", "fd.hubListenStream(ctx, laddr, listenerBacklog(), ctrlCtxFn)", 1), Why: "GREENIFY=workers=n: a worker has a socket of its own for an address, which outlives it"},
	{File: netSock, Edit: edit("socket", replace, "fd.listenDatagram(ctx, laddr, ctrlCtxFn)", "fd.hubListenDatagram(ctx, laddr, ctrlCtxFn)", 1), Why: "GREENIFY=workers=n: one for datagrams is not shared, and that is said"},
	{File: netSock, Edit: edit("netFD.listenStream", before, "if err = listenFunc(fd.pfd.Sysfd, backlog); err != nil {", "if err = fd.hubShare(); err != nil { return err }", 1), Why: "GREENIFY=workers=n: other workers may bind the address, too, but nobody else"},
	{File: "net/fd_posix.go", Edit: edit("netFD", after, "raddr Addr", "hub hubListening", 1), Why: "GREENIFY=workers=n: what the parent of workers is told of when it is closed"},
	{File: "net/fd_posix.go", Edit: edit("netFD.Close", replace, "return fd.pfd.Close()", "return fd.hubClosed(fd.pfd.Close())", 1), Why: "GREENIFY=workers=n: a worker ends when its connections have"},
	{File: "net/fd_unix.go", Edit: edit("netFD.accept", before, "if err = netfd.init(); err != nil {", "netfd.hub.accepted = true", 1), Why: "GREENIFY=workers=n: a worker ends when its connections have"},
	{File: "internal/poll/fd_unix.go", Edit: edit("FD.Accept", replace, "accept(fd.Sysfd)", "hubAccept(fd.Sysfd)", 1), Why: "GREENIFY=workers=n: a worker that is to end takes no more connections"},
	{File: "net/http/server.go", Edit: edit("Server.Serve", entry, "", "defer hubServing(s)()", 1), Why: "GREENIFY=workers=n: a worker that is to end closes idle connections"},
	{File: "net/http/h2_bundle.go", Go: "<go1.27", Edit: edit("http2Server.serveConn", after, "s.state.registerConn(sc)", "hubServes(sc)", 1), Why: "GREENIFY=workers=n: a worker that is to end tells clients of HTTP/2 that have just come"},
	{File: "net/http/internal/http2/server.go", Go: ">=go1.27", Edit: edit("Server.serveConn", after, "s.registerConn(sc)", "hubServes(sc)", 1), Why: "GREENIFY=workers=n: a worker that is to end tells clients of HTTP/2 that have just come"},
	{File: "net/http/server.go", Edit: edit("chunkWriter.writeHeader", replace, "w.conn.server.doKeepAlives()", "hubKeepsAlive(w.conn.server)", 1), Why: "GREENIFY=workers=n: a worker that is to end has clients close their connections"},
}

const netSock = "net/sock_posix.go"
