package main

import (
	"go/ast"
	"go/types"
	"strings"
)

// conventions are interfaces, methods and functions that by convention do not wait,
// whatever a user gives for them. Interfaces that are not exported, what internal
// packages call, and methods that an empty interface is asked for are such too, and
// the comparisons that are passed to sort, slices and maps.
var conventions = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`
		error context.Context
		fmt.Stringer fmt.Formatter fmt.GoStringer fmt.State flag.Value expvar.Var log/slog.Leveler log/slog.LogValuer
		reflect.Type go/types.Type go/types.Object go/constant.Value debug/dwarf.Type
		go/ast.Node go/ast.Expr go/ast.Stmt go/ast.Spec go/ast.Decl go/ast.Visitor go/build/constraint.Expr.String text/template/parse.Node
		sort.Interface container/heap.Interface math/rand.Source math/rand.Source64 math/rand/v2.Source
		hash.Hash hash.Hash32 crypto/cipher.Block crypto/cipher.BlockMode crypto/cipher.AEAD crypto/cipher.Stream crypto/elliptic.Curve
		crypto.SignerOpts crypto.Signer.Public crypto.Decrypter.Public crypto.PrivateKey.Public crypto/ecdh.KeyExchanger.Curve
		image.Image image.RGBA64Image image/color.Color image/color.Model image/draw.Image image/draw.Drawer image/draw.Quantizer
		encoding.TextMarshaler encoding.TextUnmarshaler encoding.BinaryMarshaler encoding.BinaryUnmarshaler encoding/gob.GobEncoder
		encoding/gob.GobDecoder encoding/json.Marshaler encoding/json.Unmarshaler encoding/xml.Marshaler encoding/xml.MarshalerAttr
		encoding/xml.Unmarshaler encoding/xml.UnmarshalerAttr
		io/fs.FileInfo io/fs.DirEntry.Name io/fs.DirEntry.IsDir io/fs.DirEntry.Type
		net.Addr net.Conn.LocalAddr net.Conn.RemoteAddr syscall.Sockaddr
		net/http.Flusher net/http.ResponseWriter.Header interface{EnableFullDuplex}`) {
		conventions[name] = true
	}
	for _, name := range []string{
		"func var crypto.hashes", "func crypto/tls.Config.Time", "func image/color.modelFunc.f", "func context.stopCtx.stop", "func sort.lessSwap.Less",
	} {
		conventions[name] = true
	}
}

// convention reports whether a type is an interface whose methods do not wait.
func convention(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && conventions[interfaceName(n)]
}

// byConvention reports whether what a function needs does not wait.
func byConvention(need string) bool {
	if conventions[need] || strings.Contains(need, "internal/") {
		return true
	}
	if f, ok := strings.CutPrefix(need, "func "); ok {
		param, of, _ := strings.Cut(f, " of ")
		pkg, _, _ := strings.Cut(of, ".")
		switch param {
		case "param cmp", "param eq", "param less":
			return pkg == "sort" || pkg == "slices" || pkg == "maps"
		}
		return false
	}
	i := strings.LastIndex(need, ".")
	name := need[:i]
	_, typ, named := strings.Cut(name[strings.LastIndex(name, "/")+1:], ".")
	return conventions[name] || name == "interface{}" || named && !ast.IsExported(typ)
}
