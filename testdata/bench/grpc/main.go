// Command grpc is a gRPC server with grpc's own service for benchmarks, and the client that asks it:
//
//	grpc serve
//	grpc ask unary|stream CALLERS ADDRESS DURATION
//
// The server prints its address, and serves until its standard input ends. So many callers ask on one
// connection, one message of 64 bytes after the other: each a call, or all on one stream.
// What is printed is as of ../client.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
)

func main() {
	err := errors.New("usage: grpc serve | ask unary|stream CALLERS ADDRESS DURATION")
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) == 6 && os.Args[1] == "ask":
		err = ask(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	}
	if err != nil {
		log.Fatal("grpc: ", err)
	}
}

type service struct {
	pb.UnimplementedBenchmarkServiceServer
}

func (service) UnaryCall(ctx context.Context, in *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{Payload: in.Payload}, nil
}

func (service) StreamingCall(stream pb.BenchmarkService_StreamingCallServer) error {
	for {
		in, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&pb.SimpleResponse{Payload: in.Payload}); err != nil {
			return err
		}
	}
}

func serve() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	pb.RegisterBenchmarkServiceServer(s, service{})
	fmt.Printf("grpc %s\n", l.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		s.Stop()
	}()
	return s.Serve(l)
}

func ask(kind, callers, addr, duration string) error {
	n, err := strconv.Atoi(callers)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number of callers", callers)
	}
	d, err := time.ParseDuration(duration)
	if err != nil {
		return err
	}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	client := pb.NewBenchmarkServiceClient(conn)
	var call func(ctx context.Context) (func() (*pb.SimpleResponse, error), error)
	in := &pb.SimpleRequest{Payload: &pb.Payload{Body: make([]byte, 64)}}
	switch kind {
	case "unary":
		call = func(ctx context.Context) (func() (*pb.SimpleResponse, error), error) {
			return func() (*pb.SimpleResponse, error) { return client.UnaryCall(ctx, in) }, nil
		}
	case "stream":
		call = func(ctx context.Context) (func() (*pb.SimpleResponse, error), error) {
			stream, err := client.StreamingCall(ctx)
			if err != nil {
				return nil, err
			}
			return func() (*pb.SimpleResponse, error) {
				if err := stream.Send(in); err != nil {
					return nil, err
				}
				return stream.Recv()
			}, nil
		}
	default:
		return fmt.Errorf("%q is neither unary nor stream", kind)
	}
	if _, _, err := load(n, d/4, call); err != nil { // warms it up
		return err
	}
	times, took, err := load(n, d, call)
	if err != nil {
		return err
	}
	slices.Sort(times)
	fmt.Printf("BenchmarkgRPC/%s/%d\t%d\t%.1f requests/s\t%d p99-ns\n", kind, n, len(times),
		float64(len(times))/took.Seconds(), times[len(times)*99/100].Nanoseconds())
	return nil
}

// load has callers ask for a duration, once each at least, and returns what each answer took.
func load(callers int, d time.Duration, call func(context.Context) (func() (*pb.SimpleResponse, error), error)) (times []time.Duration, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), d+10*time.Second)
	defer cancel()
	each, errs := make([][]time.Duration, callers), make([]error, callers)
	var all sync.WaitGroup
	start := time.Now()
	for i := range callers {
		all.Go(func() {
			once, err := call(ctx)
			for begin := time.Now(); err == nil && (len(each[i]) == 0 || begin.Sub(start) < d); {
				var out *pb.SimpleResponse
				if out, err = once(); err == nil && len(out.Payload.Body) != 64 {
					err = fmt.Errorf("an answer has %d bytes, want 64", len(out.Payload.Body))
				}
				now := time.Now()
				each[i] = append(each[i], now.Sub(begin))
				begin = now
			}
			errs[i] = err
		})
	}
	all.Wait()
	return slices.Concat(each...), time.Since(start), errors.Join(errs...)
}
