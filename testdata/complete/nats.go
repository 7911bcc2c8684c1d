package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// natsServer has clients ask each other, publish to many, and store streams and keys.
func natsServer(r *run) error {
	_, port, err := free()
	if err != nil {
		return err
	}
	_, monitor, err := free()
	if err != nil {
		return err
	}
	p, err := r.start("-a", "127.0.0.1", "-p", fmt.Sprint(port), "-m", fmt.Sprint(monitor), "-js", "-sd", filepath.Join(r.dir, "store"))
	if err != nil {
		return err
	}
	const clients = 16
	conns := make([]*nats.Conn, clients+1)
	for i := range conns {
		if err := r.until("connection", func() error {
			conns[i], err = nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", port), nats.NoReconnect())
			return err
		}); err != nil {
			return err
		}
		defer conns[i].Close()
	}
	last := conns[clients]

	// Requests, which another client answers by their hash.
	for range 4 {
		if _, err := last.QueueSubscribe("hash", "workers", func(m *nats.Msg) {
			m.Respond(fmt.Appendf(nil, "%x", sha256.Sum256(m.Data)))
		}); err != nil {
			return err
		}
	}
	if err := last.Flush(); err != nil {
		return err
	}
	err = r.load("request", clients, 20_000, func(c, i int) (string, error) {
		m, err := conns[c].Request("hash", payload(i), 30*time.Second)
		if err != nil {
			return "", err
		}
		return string(m.Data), nil
	})
	if err != nil {
		return err
	}
	if err := fanOut(r, conns[:clients], last); err != nil {
		return err
	}

	// A stream on disk: published, acknowledged, and read again.
	streams := make([]nats.JetStreamContext, clients)
	for i := range streams {
		if streams[i], err = conns[i].JetStream(nats.MaxWait(30 * time.Second)); err != nil {
			return err
		}
	}
	if _, err := streams[0].AddStream(&nats.StreamConfig{Name: "orders", Subjects: []string{"orders.*"}}); err != nil {
		return err
	}
	const stored = 8_000
	err = r.load("stored message", clients, stored, func(c, i int) (string, error) {
		_, err := streams[c].Publish(fmt.Sprintf("orders.%d", i), payload(i))
		return "", err
	})
	if err != nil {
		return err
	}
	err = r.batch(fmt.Sprintf("read %d stored messages", stored), func() ([]string, error) {
		sub, err := streams[0].PullSubscribe("", "reader", nats.BindStream("orders"))
		if err != nil {
			return nil, err
		}
		answers := make([]string, stored)
		for n := 0; n < stored; {
			batch, err := sub.Fetch(200, nats.MaxWait(30*time.Second))
			if err != nil {
				return nil, err
			}
			for _, m := range batch {
				var i int
				if _, err := fmt.Sscanf(m.Subject, "orders.%d", &i); err != nil {
					return nil, err
				}
				answers[i] += fmt.Sprintf("%x", sha256.Sum256(m.Data)) // twice if it comes twice
				if err := m.Ack(); err != nil {
					return nil, err
				}
				n++
			}
		}
		return answers, nil
	})
	if err != nil {
		return err
	}

	// Keys and values, and what the watcher of all of them sees.
	kv, err := streams[0].CreateKeyValue(&nats.KeyValueConfig{Bucket: "keys"})
	if err != nil {
		return err
	}
	watcher, err := kv.WatchAll()
	if err != nil {
		return err
	}
	const keys = 4_000
	err = r.load("put and get", clients, keys, func(c, i int) (string, error) {
		kv, err := streams[c].KeyValue("keys")
		if err != nil {
			return "", err
		}
		key := fmt.Sprintf("key.%d", i)
		if _, err := kv.Put(key, payload(i)); err != nil {
			return "", err
		}
		e, err := kv.Get(key)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s %x", e.Key(), sha256.Sum256(e.Value())), nil
	})
	if err != nil {
		return err
	}
	seen := make([]string, keys)
	for n := 0; n < keys; {
		select {
		case e := <-watcher.Updates():
			if e == nil { // what was there before is over
				continue
			}
			var i int
			if _, err := fmt.Sscanf(e.Key(), "key.%d", &i); err != nil {
				return err
			}
			seen[i] += fmt.Sprintf("%x", sha256.Sum256(e.Value()))
			n++
		case <-time.After(30 * time.Second):
			return fmt.Errorf("the watcher has seen %d of %d keys, and no other in 30 s", n, keys)
		}
	}
	r.same("watched", seen...)
	return p.stop()
}

// fanOut has each of four clients publish to all others: each gets all messages, those of one
// client in their order.
func fanOut(r *run, subscribers []*nats.Conn, publisher *nats.Conn) error {
	const messages, publishers = 3_000, 4
	type listener struct {
		mu   sync.Mutex
		next [publishers]int
		bad  error
		all  chan bool // closed when there are all
		got  int
	}
	listeners := make([]*listener, len(subscribers))
	for i, c := range subscribers {
		l := &listener{all: make(chan bool)}
		listeners[i] = l
		sub, err := c.Subscribe("news.*", func(m *nats.Msg) {
			l.mu.Lock()
			defer l.mu.Unlock()
			var from, n int
			if _, err := fmt.Sscanf(string(m.Data), "%d %d", &from, &n); err != nil || from >= publishers {
				l.bad = fmt.Errorf("message %q", m.Data)
				return
			}
			_, text, _ := bytes.Cut(m.Data, []byte("\n"))
			if l.next[from] != n || !bytes.Equal(text, payload(n)) {
				l.bad = fmt.Errorf("message %d of %d comes instead of %d, or has another text", n, from, l.next[from])
			}
			l.next[from]++
			if l.got++; l.got == messages*publishers {
				close(l.all)
			}
		})
		if err != nil {
			return err
		}
		defer sub.Unsubscribe()
		if err := sub.SetPendingLimits(-1, -1); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
	}
	return r.batch(fmt.Sprintf("%d messages to %d each", messages*publishers, len(subscribers)), func() ([]string, error) {
		var wg sync.WaitGroup
		errs := make([]error, publishers)
		for from := range publishers {
			wg.Go(func() {
				for n := range messages {
					data := fmt.Appendf(nil, "%d %d\n%s", from, n, payload(n))
					if err := publisher.Publish(fmt.Sprintf("news.%d", from), data); err != nil {
						errs[from] = err
						return
					}
				}
			})
		}
		wg.Wait()
		var answers []string
		for i, l := range listeners {
			select {
			case <-l.all:
			case <-time.After(time.Minute):
			}
			l.mu.Lock()
			answers = append(answers, fmt.Sprintf("%d: %v %v", i, l.next, l.bad))
			l.mu.Unlock()
		}
		return answers, nil
	})
}

// payload is a text of 100 to 2,000 bytes.
func payload(i int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "payload %06d ", i), 7+i*31%130)
}
