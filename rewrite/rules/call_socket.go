package rules

// callSocket: connections and listeners. The methods of *net.TCPConn and its
// like are declared by net's unexported conn, which they embed.
var callSocket = join(
	offload("net", "", "waits for the peer", "Dial", "DialTimeout", "DialTCP", "DialUnix", "DialUDP", "DialIP"),
	offload("net", "Dialer", "waits for the peer", "Dial", "DialContext", "DialTCP", "DialUDP", "DialUnix", "DialIP"),
	offload("net", "Listener", "waits for a connection", "Accept"),
	offload("net", "TCPListener", "waits for a connection", "Accept", "AcceptTCP"),
	offload("net", "UnixListener", "waits for a connection", "Accept", "AcceptUnix"),
	offload("net", "Conn", "waits for the peer", "Read", "Write"),
	offload("net", "conn", "waits for the peer", "Read", "Write"),
	offload("net", "PacketConn", "waits for a packet", "ReadFrom", "WriteTo"),
	offload("net", "UDPConn", "waits for a packet", "ReadFrom", "ReadFromUDP", "ReadFromUDPAddrPort", "ReadMsgUDP", "ReadMsgUDPAddrPort", "WriteTo", "WriteToUDP", "WriteToUDPAddrPort"),
	offload("net", "UnixConn", "waits for the peer", "ReadFrom", "ReadFromUnix", "ReadMsgUnix", "WriteTo", "WriteToUnix"),
	offload("net", "IPConn", "waits for a packet", "ReadFrom", "ReadFromIP", "ReadMsgIP", "WriteTo", "WriteToIP"),
	offload("net", "TCPConn", "waits for the peer", "ReadFrom", "WriteTo"),
	offload("net", "Buffers", "waits for the peer", "WriteTo"),
	offload("crypto/tls", "", "waits for the peer", "Dial", "DialWithDialer"),
	offload("crypto/tls", "Dialer", "waits for the peer", "Dial", "DialContext"),
	offload("crypto/tls", "Conn", "waits for the peer", "Read", "Write", "Handshake", "HandshakeContext", "Close", "CloseWrite"),
	offload("net/rpc", "", "waits for the server", "Dial", "DialHTTP", "DialHTTPPath"),
	offload("net/rpc", "Client", "waits for the server", "Call"),
	offload("net/smtp", "", "waits for the server", "SendMail", "Dial"),
)
