package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	serverRounds = 5
	serverLoad   = 300 * time.Millisecond // of requests
	grpcModule   = "testdata/bench/grpc"
)

// A question is what a client asks a server: its arguments but for the address and the duration.
type question struct {
	server, listener string
	client           []string
}

// questions are the rows, in the order in which they are asked.
func questions() (list []question) {
	for _, k := range []struct {
		kind, listener string
		clients        []int
	}{
		{"hello", "http", []int{1, 50, 256}},
		{"json", "http", []int{1, 50, 256}},
		{"tls", "tls", []int{1, 50, 256}},
		{"echo", "echo", []int{1, 1000}},
	} {
		for _, n := range k.clients {
			list = append(list, question{"servers", k.listener, []string{"client", "-kind", k.kind, "-n", strconv.Itoa(n)}})
		}
	}
	for _, kind := range []string{"unary", "stream"} {
		for _, n := range []int{1, 50} {
			list = append(list, question{"grpc", "grpc", []string{"grpc", "ask", kind, strconv.Itoa(n)}})
		}
	}
	return list
}

// servers prints what servers answer, plain and patched, each with GOMAXPROCS=1 on a processor of its own;
// their client, which is plain Go, has another. The servers take turns, and a figure is the median.
func servers(ctx context.Context, tmp, greenify string) error {
	on, place, err := pinning()
	if err != nil {
		return err
	}
	clients := filepath.Join(tmp, "clients")
	if _, err := command(ctx, ".", nil, "go", "build", "-o", clients+"/client", "./testdata/bench/client"); err != nil {
		return err
	}
	if _, err := command(ctx, grpcModule, nil, "go", "build", "-o", clients+"/grpc", "."); err != nil {
		return err
	}
	columns := []string{"plain", "patched"}
	for i, goCmd := range []string{"go", greenify} {
		for name, dir := range map[string]string{"servers": suite, "grpc": grpcModule} {
			pkg := "./" + name
			if name == "grpc" {
				pkg = "."
			}
			if _, err := command(ctx, dir, nil, goCmd, "build", "-o", filepath.Join(tmp, columns[i]+"-"+name), pkg); err != nil {
				return err
			}
		}
	}
	values := map[string]*[2][]float64{} // of each measure, in each column
	var names []string
	for range serverRounds {
		for i, title := range columns {
			for _, server := range []string{"servers", "grpc"} {
				args := []string{filepath.Join(tmp, title+"-"+server)}
				if server == "grpc" {
					args = append(args, "serve")
				}
				ms, err := askAll(ctx, on(0, args...), server, func(args []string) []string {
					return on(1, append([]string{filepath.Join(clients, args[0])}, args[1:]...)...)
				})
				if err != nil {
					return fmt.Errorf("the %s server: %w", title, err)
				}
				for _, m := range ms {
					if values[m.name] == nil {
						values[m.name] = new([2][]float64)
						names = append(names, m.name)
					}
					values[m.name][i] = append(values[m.name][i], m.value)
				}
			}
		}
	}
	fmt.Printf("\nrequests a second and us within which 99 of 100 are answered, GOMAXPROCS=1, %s; median of %d runs of %v\n\n", place, serverRounds, serverLoad)
	t := table{{"", "plain", "patched", "ratio", "plain, p99", "patched, p99", "ratio"}}
	for _, name := range names {
		name, ok := strings.CutSuffix(name, " requests/s")
		if !ok {
			continue
		}
		rate, p99 := values[name+" requests/s"], values[name+" p99-ns"]
		plain, patched, late, later := median(rate[0]), median(rate[1]), median(p99[0])/1e3, median(p99[1])/1e3
		t = append(t, []string{strings.ReplaceAll(name, "_", " "),
			figure(plain), figure(patched), ratio(patched, plain), figure(late), figure(later), ratio(later, late)})
	}
	t.print()
	return nil
}

// askAll starts a server, asks it all questions that are for it, and ends it.
func askAll(ctx context.Context, server []string, name string, client func(args []string) []string) (ms []measure, err error) {
	env := []string{"GOMAXPROCS=1", "GREENIFY=" + none}
	cmd := exec.CommandContext(ctx, server[0], server[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		stdin.Close()
		if werr := cmd.Wait(); err == nil {
			err = werr
		}
	}()
	asked := slices.DeleteFunc(questions(), func(q question) bool { return q.server != name })
	addrs := map[string]string{}
	for lines := bufio.NewScanner(stdout); slices.ContainsFunc(asked, func(q question) bool { return addrs[q.listener] == "" }); {
		if !lines.Scan() {
			return nil, fmt.Errorf("it does not say where it listens: %w", io.ErrUnexpectedEOF)
		}
		listener, addr, _ := strings.Cut(lines.Text(), " ")
		addrs[listener] = addr
	}
	for _, q := range asked {
		args := client(append(q.client, addrs[q.listener], serverLoad.String()))
		out, err := command(ctx, ".", env, args[0], args[1:]...)
		if err != nil {
			return nil, err
		}
		ms = append(ms, parse(out, "")...)
	}
	return ms, nil
}
