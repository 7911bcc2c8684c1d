package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/greenify-go/greenify/rewrite/outfile"
)

// print prints on standard output.
func (e *env) print(text string) error {
	_, err := io.WriteString(e.stdout, text)
	return err
}

// printJSON prints a value as every -json does.
func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// isTerminal reports whether people read what is written there.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// write writes the result of a command: to a file, or without a name to standard
// output.
func (e *env) write(name string, data []byte) error {
	if name != "" {
		return outfile.Write(name, data)
	}
	_, err := e.stdout.Write(data)
	return err
}

// notText refuses to write to a terminal what is not for it.
func (e *env) notText(name, message string) error {
	if name == "" && isTerminal(e.stdout) {
		return errors.New(message)
	}
	return nil
}
