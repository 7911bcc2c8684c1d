package rules

import "fmt"

// shield has functions of the standard library take a kill for an error first
// (runtime/hub/shield.go): those that undo what they have begun only if they see one.
// killed.tsv of a release, which a program computes, has a verdict for each function
// of the form; to the others Goexit does no harm.
var shield = []Leaf{
	{File: "runtime/netpoll.go", Edit: edit("poll_runtime_pollWait", entry, "", "if errcode, cut := hubPollCut(pd, mode); cut { return errcode }", 1), Why: "in a shield a killed thread does not wait for a descriptor"},
	{File: "runtime/netpoll.go", Edit: edit("poll_runtime_pollWait", before, "errcode = netpollcheckerr(pd, int32(mode))", "if errcode, cut := hubPollCut(pd, mode); cut { return errcode }", 1), Why: "nor goes on to wait"},

	shieldCtx("net/dial.go", "Dialer.DialContext", "d.DialContext(hub, network, address)", "closes the socket that is being connected"),
	shieldCtx("net/tcpsock.go", "dialTCP", "dialTCP(hub, dialer, network, laddr, raddr)", "closes the socket that is being connected"),
	shieldCtx("net/udpsock.go", "dialUDP", "dialUDP(hub, dialer, network, laddr, raddr)", "closes the socket that is being connected"),
	shieldCtx("net/unixsock.go", "dialUnix", "dialUnix(hub, dialer, network, laddr, raddr)", "closes the socket that is being connected"),
	shieldCtx("net/iprawsock.go", "dialIP", "dialIP(hub, dialer, network, laddr, raddr)", "closes the socket that is being connected"),
	shieldCtx("net/dial.go", "ListenConfig.Listen", "lc.Listen(hub, network, address)", "closes the socket that is being connected, if Control fails"),
	shieldCtx("net/dial.go", "ListenConfig.ListenPacket", "lc.ListenPacket(hub, network, address)", "closes the socket that is being connected"),
	shieldCtx("net/lookup.go", "Resolver.lookupIPAddr", "r.lookupIPAddr(hub, network, host)", "gives up the query that several lookups share"),
	shieldFD("net/dnsclient_unix.go", "Resolver.exchange", "closes the connection to the server"),
	{File: "net/dnsclient_unix.go", Edit: edit("Resolver.goLookupIPCNAMEOrder", replace, "make(chan result, 1)", "make(chan result, 3)", 1), Why: "the questions' goroutines end, even if the one who asks is gone"},

	shieldCtx("crypto/tls/tls.go", "dial", "dial(hub, netDialer, network, addr, config)", "closes the connection if the handshake fails"),
	{File: "crypto/tls/conn.go", Edit: edit("Conn.handshakeContext", before, "handshakeCtx, cancel := context.WithCancel(ctx)", "if hub := hubShield(ctx); hub != nil { defer hub.End(); return hub.Failed(c.handshakeContext(hub)) }", 1), Why: "a handshake that ends in the middle is an error of the connection"},

	{File: "net/http/transport.go", Edit: edit("Transport.roundTrip", before, "defer func() { if err != nil { cancel(err) } }()", "defer hubCancel(cancel).EndErr(&err)", 1), Why: "gives the connection back, or up"},
	{File: "net/http/transport.go", Edit: edit("bodyEOFSignal.condfn", entry, "", "defer hubEnd(hubWhole())", 1), Why: "the connection's reader waits for whoever has read the body"},
	{File: "net/http/h2_bundle.go", Go: "<go1.27", Edit: edit("http2ClientConn.roundTrip", before, "go cs.doRequest(req, streamf)", "defer hubStream(cs).End()", 1), Why: "resets the stream"},
	{File: "net/http/internal/http2/transport.go", Go: ">=go1.27", Edit: edit("ClientConn.roundTrip", before, "go cs.doRequest(req, streamf)", "defer hubStream(cs).End()", 1), Why: "resets the stream"},
	{File: "net/http/server.go", Edit: edit("chunkWriter.Write", entry, "", "defer hubEnd(hubWhole())", 1), Why: "closes a connection to which a part of the answer was not written: what comes next would be taken for it"},
	{File: "net/http/client.go", Edit: edit("Client.do", replace, "io.CopyN(io.Discard, resp.Body, maxBodySlurpSize)", "hubSlurp(resp.Body, maxBodySlurpSize)", 1), Why: "closes the body of a redirect"},
	{File: "net/http/httputil/reverseproxy.go", Edit: edit("ReverseProxy.ServeHTTP", before, "err = p.copyResponse(rw, res.Body, p.flushInterval(res))", "defer hubCopying(res.Body).End()", 1), Why: "closes the body of the answer"},

	{File: "net/http/h2_bundle.go", Go: "<go1.27", Edit: edit("http2transportResponseBody.Close", entry, "", "defer hubEndFD(hubBegin())", 1), Why: "unlocks the writing to the connection"},
	{File: "net/http/internal/http2/transport.go", Go: ">=go1.27", Edit: edit("transportResponseBody.Close", entry, "", "defer hubEndFD(hubBegin())", 1), Why: "unlocks the writing to the connection"},
	{File: "net/http/h2_bundle.go", Go: "<go1.27", Edit: edit("http2Transport.RoundTripOpt", replace, "t.connPool().GetClientConn(req, addr)", "hubConn(t.connPool(), req, addr)", 1), Why: "unlocks the pool, and gives back the stream that it has reserved"},
	{File: "net/http/internal/http2/transport.go", Go: ">=go1.27", Edit: edit("Transport.RoundTripOpt", replace, "t.connPool.GetClientConn(req, addr)", "hubConn(t.connPool, req, addr)", 1), Why: "unlocks the pool, and gives back the stream that it has reserved"},
	{File: "net/http/h2_bundle.go", Go: "<go1.27", Edit: edit("http2Transport.RoundTripOpt", replace, "http2traceGotConn(req, cc, reused)", "hubGotConn(req, cc, reused)", 1), Why: "gives it back, too"},
	{File: "net/http/internal/http2/transport.go", Go: ">=go1.27", Edit: edit("Transport.RoundTripOpt", replace, "traceGotConn(req, cc, reused)", "hubGotConn(req, cc, reused)", 1), Why: "gives it back, too"},
	shieldCtx("net/http/clientconn.go", "Transport.NewClientConn", "t.NewClientConn(hub, scheme, address)", "closes the connection"),
	{File: "net/http/clientconn.go", Edit: edit("http1ClientConn.RoundTrip", before, "treq := &transportRequest{Request: req, trace: trace, ctx: ctx, cancel: cancel}", "defer hubCancel(cancel).Final().End()", 1), Why: "gives the connection up"},
	{File: "mime/multipart/formdata.go", Edit: edit("Reader.readForm", entry, "", "err = io.ErrUnexpectedEOF", 1), Why: "removes its files also if it does not come to a return"},
	{File: "io/pipe.go", Edit: edit("pipe.write", replace, "nw := <-p.rdCh", "hub := hubWhole(); nw := <-p.rdCh; hubEnd(hub)", 1), Why: "the reader says how much it has taken, and waits until that is heard"},
	{File: "io/pipe.go", Edit: edit("pipe.read", replace, "p.rdCh <- nr", "hub := hubWhole(); p.rdCh <- nr; hubEnd(hub)", 1), Why: "the reader says how much it has taken, and waits until that is heard"},
	{File: "net/pipe.go", Edit: edit("pipe.write", replace, "nw := <-p.wrRx", "hub := hubWhole(); nw := <-p.wrRx; hubEndWhole(hub)", 1), Why: "the reader says how much it has taken, and waits until that is heard"},
	{File: "net/pipe.go", Edit: edit("pipe.read", replace, "p.rdTx <- nr", "hub := hubWhole(); p.rdTx <- nr; hubEndWhole(hub)", 1), Why: "the reader says how much it has taken, and waits until that is heard"},
	{File: "bufio/bufio.go", Edit: edit("Writer.Flush", before, "n, err := b.wr.Write(b.buf[0:b.n])", "defer hubEnd(hubBegin())", 1), Why: "what was written half is not written again by a deferred Flush"},

	{File: "os/exec/exec.go", Edit: edit("Cmd", after, "ctxResult <-chan ctxResult", "hubGone chan struct{}", 1), Why: "closed when the thread in Run is killed"},
	{File: "os/exec/exec.go", Edit: edit("Cmd.Run", replace, "c.Wait()", "c.hubWait()", 1), Why: "Run, Output and CombinedOutput end and wait for the process"},
	{File: "os/exec/exec.go", Edit: edit("Cmd.awaitGoroutines", replace, "return <-c.goroutineErr", "return c.hubCopied()", 1), Why: "a killed Run, Output or CombinedOutput does not wait for the program's own reader"},
	{File: "os/exec/exec.go", Edit: edit("Cmd.awaitGoroutines", replace, "_ = <-c.goroutineErr", "_ = c.hubCopied()", 1), Why: "a killed Run, Output or CombinedOutput does not wait for the program's own reader"},

	shieldFD("net/rpc/client.go", "Client.send", "forgets the call; what is sent half is not gone on with"),
	shieldFD("net/rpc/client.go", "DialHTTPPath", "closes the connection"),
	shieldFD("net/rpc/server.go", "Server.sendResponse", "unlocks the connection"),
	{File: "net/textproto/textproto.go", Edit: edit("Conn.Cmd", entry, "", "defer hubEnd(hubWhole())", 1), Why: "waits for its turn in the pipeline, and ends it"},
	shieldFD("net/smtp/smtp.go", "NewClient", "closes the connection"),

	// database/sql: connections that a kill may have cut in the middle of something are
	// not used again, and the context of rows and transactions lives as long as they do.
	{File: sqlGo, Edit: edit("driverConn", after, "onPut []func()", "hubCut bool", 1), Why: "a wait in the driver was ended by a kill"},
	{File: sqlGo, Edit: edit("DB.putConn", entry, "", "if dc.hubCut { err = driver.ErrBadConn }", 1), Why: "so it is in the middle of an answer"},
	{File: sqlGo, Edit: edit("Conn.Raw", replace, "dc.Mutex.Unlock()", "dc.Unlock()", 1), Why: "so it is in the middle of an answer"},
	shieldErr(sqlGo, "DB.PingContext", "db.PingContext(hub)", "gives the connection back"),
	shieldCtx(sqlGo, "DB.PrepareContext", "db.PrepareContext(hub, query)", "gives the connection back"),
	shieldCtx(sqlGo, "DB.ExecContext", "db.ExecContext(hub, query, args...)", "gives the connection back"),
	shieldCtx(sqlGo, "DB.QueryContext", "db.QueryContext(hub, query, args...)", "gives the connection back", keeps),
	shieldCtx(sqlGo, "DB.BeginTx", "db.BeginTx(hub, opts)", "gives the connection back", keeps),
	shieldCtx(sqlGo, "DB.Conn", "db.Conn(hub)", "gives the connection back"),
	shieldErr(sqlGo, "Conn.PingContext", "c.PingContext(hub)", "gives the connection back"),
	shieldCtx(sqlGo, "Conn.PrepareContext", "c.PrepareContext(hub, query)", "gives the connection back"),
	shieldCtx(sqlGo, "Conn.ExecContext", "c.ExecContext(hub, query, args...)", "gives the connection back"),
	shieldCtx(sqlGo, "Conn.QueryContext", "c.QueryContext(hub, query, args...)", "gives the connection back", keeps),
	shieldCtx(sqlGo, "Conn.BeginTx", "c.BeginTx(hub, opts)", "gives the connection back", keeps),
	shieldCtx(sqlGo, "Tx.PrepareContext", "tx.PrepareContext(hub, query)", "gives the connection back"),
	shieldCtx(sqlGo, "Tx.ExecContext", "tx.ExecContext(hub, query, args...)", "gives the connection back"),
	shieldCtx(sqlGo, "Tx.QueryContext", "tx.QueryContext(hub, query, args...)", "gives the connection back", keeps),
	{File: sqlGo, Edit: edit("Tx.StmtContext", entry, "", "if hub := hubShield(ctx); hub != nil { defer hub.End(); stmt := tx.StmtContext(hub, stmt); hub.Failed(stmt.stickyErr); return stmt }", 1), Why: "gives the connection back"},
	shieldCtx(sqlGo, "Stmt.ExecContext", "s.ExecContext(hub, args...)", "gives the connection back"),
	shieldCtx(sqlGo, "Stmt.QueryContext", "s.QueryContext(hub, args...)", "gives the connection back", keeps),
	{File: sqlGo, Edit: edit("Rows", after, "raw []byte", "hubOf *hubContext", 1), Why: "the query's"},
	{File: sqlGo, Edit: edit("Rows.initContextClose", entry, "", "ctx = hubParent(ctx)", 1), Why: "rows are closed when the caller's context ends"},
	{File: sqlGo, Edit: edit("Rows.Next", entry, "", "defer hubAgain(rs.hubOf).End()", 1), Why: "closes the rows"},
	{File: sqlGo, Edit: edit("Rows.NextResultSet", entry, "", "defer hubAgain(rs.hubOf).End()", 1), Why: "closes the rows"},
	{File: sqlGo, Edit: edit("Rows.Close", entry, "", "defer hubAgain(rs.hubOf).End()", 1), Why: "gives the connection back"},
	{File: sqlGo, Edit: edit("Rows.close", entry, "", "defer hubDone(rs.hubOf)", 1), Why: "the query is over"},
	{File: sqlGo, Edit: edit("Tx", after, "ctx context.Context", "hubOf *hubContext", 1), Why: "that of its beginning"},
	{File: sqlGo, Edit: edit("DB.beginDC", replace, "context.WithCancel(ctx)", "context.WithCancel(hubParent(ctx))", 1), Why: "a transaction is rolled back when the caller's context ends"},
	{File: sqlGo, Edit: edit("Tx.Commit", entry, "", "defer hubAgain(tx.hubOf).End()", 1), Why: "gives the connection back"},
	{File: sqlGo, Edit: edit("Tx.rollback", entry, "", "defer hubAgain(tx.hubOf).End()", 1), Why: "gives the connection back"},
	{File: sqlGo, Edit: edit("Tx.close", entry, "", "defer hubDone(tx.hubOf)", 1), Why: "the transaction is over"},
	{File: sqlGo, Edit: edit("Stmt.Close", entry, "", "defer hubAgain(nil).End()", 1), Why: "closes the driver's statement"},
	{File: sqlGo, Edit: edit("Conn.Close", entry, "", "defer hubAgain(nil).End()", 1), Why: "gives the connection back"},
	{File: sqlGo, Edit: edit("DB.Close", entry, "", "defer hubAgain(nil).End()", 1), Why: "closes all connections"},
}

const sqlGo = "database/sql/sql.go"

// keeps is for functions whose result works under the context of the call.
const keeps = "r.hubOf = hub.Keep()"

// shieldCtx has a function with a parameter ctx, and two results, call itself under the
// context of a shield; undoes is what it does if it fails.
func shieldCtx(file, decl, call, undoes string, keep ...string) Leaf {
	then := ""
	if keep != nil {
		then = "if err == nil { " + keep[0] + " }; "
	}
	return shieldEntry(file, decl, fmt.Sprintf("r, err := %s; %sreturn r, hub.Failed(err)", call, then), undoes)
}

// shieldErr is shieldCtx for a function that returns an error only.
func shieldErr(file, decl, call, undoes string) Leaf {
	return shieldEntry(file, decl, fmt.Sprintf("return hub.Failed(%s)", call), undoes)
}

func shieldEntry(file, decl, text, undoes string) Leaf {
	return Leaf{File: file, Edit: edit(decl, entry, "", "if hub := hubShield(ctx); hub != nil { defer hub.End(); "+text+" }", 1), Why: undoes}
}

// shieldFD is for a function that waits for nothing but descriptors.
func shieldFD(file, decl, undoes string) Leaf {
	return Leaf{File: file, Edit: edit(decl, entry, "", "defer hubEnd(hubBegin())", 1), Why: undoes}
}
