// Package patched is a stub: the signatures that the rewriter emits.
package patched

import (
	"io"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/internal/baton"
)

type version int

const SupportsVersion1 version = 1

func Main(rules string, _ version) func()            { return func() {} }
func Test(rules string, _ version) func()            { return func() {} }
func Register(pkg, rules string, _ version) struct{} { return struct{}{} }

func To[T any](c chan<- T) Sender[T] { return Sender[T]{c} }

type Sender[T any] struct{ c chan<- T }

func (s Sender[T]) Send(v T)            {}
func (s Sender[T]) Case(v T) green.Case { return nil }

func Recv2To[B ~bool, T any](c <-chan T) (v T, ok B) { return }

func Reader(r io.Reader) io.Reader { return r }
func Writer(w io.Writer) io.Writer { return w }

func Enter() (end func())               { return func() {} }
func EnterReader(r io.Reader) io.Reader { return r }
func EnterWriter(w io.Writer) io.Writer { return w }
func FromStd(any) bool                  { return false }

func GroupGo(g interface{ Go(func() error) }, f func() error) {}

// What call_gen.go needs.

func self() baton.Thread  { return nil }
func waits(v, f any) bool { return false }

const nativeCall = ""
