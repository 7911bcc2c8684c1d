package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

const members = 3

// etcd runs three members, which agree on what clients of each of them write. Then the leader
// ends, and the two others go on.
func etcd(r *run) error {
	var urls, peers, cluster [members]string
	for i := range members {
		for _, to := range []*string{&urls[i], &peers[i]} {
			addr, _, err := free()
			if err != nil {
				return err
			}
			*to = "http://" + addr
		}
		cluster[i] = fmt.Sprintf("m%d=%s", i, peers[i])
	}
	var servers [members]*process
	for i := range members {
		dir := filepath.Join(r.dir, fmt.Sprintf("m%d", i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		var err error
		servers[i], err = r.start("--name", fmt.Sprintf("m%d", i), "--data-dir", dir,
			"--listen-client-urls", urls[i], "--advertise-client-urls", urls[i],
			"--listen-peer-urls", peers[i], "--initial-advertise-peer-urls", peers[i],
			"--initial-cluster", strings.Join(cluster[:], ","), "--initial-cluster-state", "new",
			"--election-timeout", "2000", "--log-level", "info")
		if err != nil {
			return err
		}
	}
	var clients [members]*clientv3.Client
	for i := range clients {
		var err error
		clients[i], err = clientv3.New(clientv3.Config{Endpoints: urls[i : i+1], DialTimeout: 10 * time.Second, Context: r, Logger: zap.NewNop()})
		if err != nil {
			return err
		}
		defer clients[i].Close()
		if err := r.until("leader", func() error {
			ctx, cancel := context.WithTimeout(r, time.Second)
			defer cancel()
			_, err := clients[i].Get(ctx, "nothing")
			return err
		}); err != nil {
			return err
		}
	}

	const n, at = 4_000, 24
	events := watch(r, clients[1], "key/", 2*n) // each is put, and changed
	key := func(i int) string { return fmt.Sprintf("key/%05d", i) }
	err := r.load("put", at, n, func(c, i int) (string, error) {
		_, err := clients[c%members].Put(r, key(i), string(payload(i)))
		return "", err
	})
	if err != nil {
		return err
	}
	err = r.load("get", at, 2*n, func(c, i int) (string, error) { // linearizable, from another member than the one that put it
		got, err := clients[(c+1)%members].Get(r, key(i%n))
		if err != nil {
			return "", err
		}
		return values(got), nil
	})
	if err != nil {
		return err
	}
	err = r.load("transaction", at, n, func(c, i int) (string, error) {
		got, err := clients[c%members].Txn(r).
			If(clientv3.Compare(clientv3.Value(key(i)), "=", string(payload(i)))).
			Then(clientv3.OpPut(key(i), "changed"), clientv3.OpGet(key((i+1)%n), clientv3.WithCountOnly())).
			Else(clientv3.OpGet(key(i))).
			Commit()
		if err != nil {
			return "", err
		}
		return fmt.Sprint(got.Succeeded, len(got.Responses)), nil
	})
	if err != nil {
		return err
	}
	// One number that all increment: a transaction that another one was faster than is made again.
	err = r.load("contended increment", 8, 400, func(c, i int) (string, error) {
		for {
			got, err := clients[c%members].Get(r, "number")
			if err != nil {
				return "", err
			}
			var number, revision int64
			if len(got.Kvs) > 0 {
				revision = got.Kvs[0].ModRevision
				if _, err := fmt.Sscan(string(got.Kvs[0].Value), &number); err != nil {
					return "", err
				}
			}
			done, err := clients[c%members].Txn(r).
				If(clientv3.Compare(clientv3.ModRevision("number"), "=", revision)).
				Then(clientv3.OpPut("number", fmt.Sprint(number+1))).
				Commit()
			if err != nil || done.Succeeded {
				return "", err
			}
		}
	})
	if err != nil {
		return err
	}
	seen, err := events()
	if err != nil {
		return err
	}
	r.same("watched", seen...)
	if err := leases(r, clients[2]); err != nil {
		return err
	}
	if err := everywhere(r, clients[:]); err != nil {
		return err
	}

	first, err := leader(r, clients[:])
	if err != nil {
		return err
	}
	if err := servers[first].stop(); err != nil {
		return err
	}
	rest := []int{(first + 1) % members, (first + 2) % members}
	err = r.batch("put after the leader has ended", func() ([]string, error) {
		if err := r.until("other leader", func() error {
			ctx, cancel := context.WithTimeout(r, 2*time.Second)
			defer cancel()
			_, err := clients[rest[0]].Put(ctx, "after", "one leader")
			return err
		}); err != nil {
			return nil, err
		}
		got, err := clients[rest[1]].Get(r, "after")
		if err != nil {
			return nil, err
		}
		return []string{values(got)}, nil
	})
	if err != nil {
		return err
	}
	// The leader ends last: it would wait for the other one to lead, who cannot.
	last, err := leader(r, []*clientv3.Client{clients[rest[0]], clients[rest[1]]})
	if err != nil {
		return err
	}
	return errors.Join(servers[rest[1-last]].stop(), servers[rest[last]].stop())
}

func values(got *clientv3.GetResponse) string {
	var b strings.Builder
	for _, kv := range got.Kvs {
		fmt.Fprintf(&b, "%s %x ", kv.Key, sha256.Sum256(kv.Value))
	}
	return b.String()
}

// watch returns what waits for n events of keys and returns those of each key.
func watch(r *run, c *clientv3.Client, prefix string, n int) (events func() ([]string, error)) {
	ctx, cancel := context.WithCancel(r)
	all := map[string]string{}
	var got int
	var err error
	var wg sync.WaitGroup
	ready := make(chan bool)
	wg.Go(func() {
		for w := range c.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithCreatedNotify()) {
			if w.Created {
				close(ready)
			}
			if err = w.Err(); err != nil {
				return
			}
			for _, e := range w.Events {
				all[string(e.Kv.Key)] += fmt.Sprintf(" %v %d %x", e.Type, e.Kv.Version, sha256.Sum256(e.Kv.Value))
				got++
			}
			if got >= n {
				return
			}
		}
	})
	<-ready
	return func() ([]string, error) {
		late := time.AfterFunc(30*time.Second, cancel)
		wg.Wait()
		late.Stop()
		cancel()
		if err == nil && got != n {
			err = fmt.Errorf("the watcher has seen %d of %d events, and no other in 30 s", got, n)
		}
		return sorted(all), err
	}
}

// leases has keys that live for a second, unless they are kept alive.
func leases(r *run, c *clientv3.Client) error {
	ctx, cancel := context.WithCancel(r)
	defer cancel() // a server that ends waits for 15 s for who keeps a lease alive
	for _, kept := range []bool{true, false} {
		lease, err := c.Grant(r, 2)
		if err != nil {
			return err
		}
		if kept {
			alive, err := c.KeepAlive(ctx, lease.ID)
			if err != nil {
				return err
			}
			go func() {
				for range alive {
				}
			}()
		}
		if _, err := c.Put(r, fmt.Sprintf("leased/%t", kept), "value", clientv3.WithLease(lease.ID)); err != nil {
			return err
		}
	}
	if err := r.until("end of the lease", func() error {
		got, err := c.Get(r, "leased/false")
		if err == nil && len(got.Kvs) > 0 {
			err = errors.New("the key is there")
		}
		return err
	}); err != nil {
		return err
	}
	got, err := c.Get(r, "leased/", clientv3.WithPrefix())
	if err != nil {
		return err
	}
	r.same("leased", values(got))
	return nil
}

// everywhere compares what each member has on its disk.
func everywhere(r *run, clients []*clientv3.Client) error {
	for i, c := range clients {
		if _, err := c.Get(r, "key/"); err != nil { // it has all that was written before
			return err
		}
		got, err := c.Get(r, "", clientv3.WithPrefix(), clientv3.WithSerializable())
		if err != nil {
			return err
		}
		var lines []string
		for _, kv := range got.Kvs {
			lines = append(lines, fmt.Sprintf("%s %d %x", kv.Key, kv.Version, sha256.Sum256(kv.Value)))
		}
		r.same(fmt.Sprintf("member %d", i), append(lines, fmt.Sprint("revision ", got.Header.Revision))...)
	}
	return nil
}

// leader returns which of the clients' members leads.
func leader(r *run, clients []*clientv3.Client) (int, error) {
	for i, c := range clients {
		s, err := c.Status(r, c.Endpoints()[0])
		if err != nil {
			return 0, err
		}
		if s.Leader == s.Header.MemberId {
			return i, nil
		}
	}
	return 0, errors.New("no member leads")
}
