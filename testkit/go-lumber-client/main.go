// Command go-lumber-client sends made-up Filebeat events with elastic/go-lumber, as Filebeat does: what was not acknowledged when a connection breaks
// is sent again over the next one. It prints how many were acknowledged. A test tool.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	v2 "github.com/elastic/go-lumber/client/v2"
)

var (
	address  = flag.String("address", "127.0.0.1:5044", "where to send")
	events   = flag.Int("events", 1000, "how many events")
	from     = flag.Int("from", 0, "number of the first event")
	window   = flag.Int("window", 2048, "events of one window")
	compress = flag.Int("compress", 0, "zlib level, 0 for none")
	inflight = flag.Int("inflight", 0, "windows under way at once; 0: one after another")
	agent    = flag.String("agent", "agent-1", "agent.id")
	path     = flag.String("path", "/var/log/nginx/access.log", "log.file.path")
	noPlace  = flag.Bool("no-place", false, "tell no log.offset")
	text     = flag.String("text", "", "a message of this text instead of an access log's line")
	pad      = flag.Int("pad", 0, "bytes of user agent to add to each line")
	timeout  = flag.Duration("timeout", 30*time.Second, "how long to wait for an answer")
	giveUp   = flag.Duration("give-up", 60*time.Second, "how long to try in all")
	ca       = flag.String("ca", "", "PEM file of the server's authority: use TLS")
	cert     = flag.String("cert", "", "PEM file of our certificate")
	key      = flag.String("key", "", "PEM file of our key")
)

type batch struct {
	left []interface{}
	err  error
}

func main() {
	flag.Parse()
	started := time.Now()
	end := started.Add(*giveUp)
	acked, connections := 0, 0
	next := 0
	var pending []*batch
	var last error
	for acked < *events {
		if time.Now().After(end) {
			fail(fmt.Errorf("gave up with %d of %d acknowledged: %v", acked, *events, last))
		}
		conn, err := dial()
		if err != nil {
			last = err
			time.Sleep(50 * time.Millisecond)
			continue
		}
		connections++
		n, err := send(conn, &pending, &next)
		acked += n
		last = err
		conn.Close()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"acked": acked, "connections": connections, "seconds": time.Since(started).Seconds(),
	})
}

// send sends what is pending, then further batches, until all is acknowledged or the connection breaks. It answers how many were acknowledged.
func send(conn net.Conn, pending *[]*batch, next *int) (int, error) {
	options := []v2.Option{v2.CompressionLevel(*compress), v2.Timeout(*timeout)}
	if *inflight == 0 {
		client, err := v2.NewSyncClientWithConn(conn, options...)
		if err != nil {
			return 0, err
		}
		acked := 0
		for {
			if len(*pending) == 0 {
				*pending = takeBatch(next)
			}
			if len(*pending) == 0 {
				return acked, nil
			}
			one := (*pending)[0]
			n, err := client.Send(one.left)
			acked += n
			one.left = one.left[n:]
			if len(one.left) == 0 {
				*pending = (*pending)[1:]
			}
			if err != nil {
				return acked, err
			}
		}
	}
	client, err := v2.NewAsyncClientWithConn(conn, *inflight, options...)
	if err != nil {
		return 0, err
	}
	acked := 0
	var answered sync.WaitGroup
	var sent []*batch
	resend := *pending
	*pending = nil
	for {
		var one *batch
		if len(resend) > 0 {
			one, resend = resend[0], resend[1:]
		} else if more := takeBatch(next); len(more) > 0 {
			one = more[0]
		} else {
			break
		}
		one.err = nil
		sent = append(sent, one)
		answered.Add(1)
		err = client.Send(func(seq uint32, err error) {
			// One after another: the client calls back from a single goroutine.
			acked += int(seq)
			one.left = one.left[seq:]
			one.err = err
			answered.Done()
		}, one.left)
		if err != nil {
			break
		}
	}
	answered.Wait()
	client.Close()
	for _, one := range sent {
		if len(one.left) > 0 {
			*pending = append(*pending, one)
		}
	}
	*pending = append(*pending, resend...)
	return acked, err
}

func takeBatch(next *int) []*batch {
	var list []interface{}
	for ; *next < *events && len(list) < *window; *next++ {
		list = append(list, event(*from+*next))
	}
	if len(list) == 0 {
		return nil
	}
	return []*batch{{left: list}}
}

var start = time.Now().UTC()

func event(n int) interface{} {
	at := start.Add(time.Duration(n) * time.Millisecond)
	message := *text
	if message == "" {
		message = fmt.Sprintf(`198.51.100.%d - - [%s] "GET /item/%d HTTP/1.1" 200 512 "-" "Mozilla/5.0%*s"`, n%250+1,
			at.Format("02/Jan/2006:15:04:05 -0700"), n, *pad, "")
	}
	log := map[string]interface{}{"file": map[string]interface{}{"path": *path}}
	if !*noPlace {
		log["offset"] = n * 120
	}
	return map[string]interface{}{
		"@timestamp": at.Format("2006-01-02T15:04:05.000Z"),
		"@metadata":  map[string]interface{}{"beat": "filebeat", "type": "_doc", "version": "8.15.0"},
		"message":    message,
		"log":        log,
		"input":      map[string]interface{}{"type": "filestream"},
		"host":       map[string]interface{}{"name": "web-1"},
		"ecs":        map[string]interface{}{"version": "8.0.0"},
		"fields":     map[string]interface{}{"site": "north"},
		"agent": map[string]interface{}{"id": *agent, "ephemeral_id": *agent + "-run", "name": "web-1", "type": "filebeat",
			"version": "8.15.0"},
	}
}

func dial() (net.Conn, error) {
	dialer := &net.Dialer{Timeout: *timeout}
	if *ca == "" {
		return dialer.Dial("tcp", *address)
	}
	pem, err := os.ReadFile(*ca)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		check(err)
		config.Certificates = []tls.Certificate{pair}
	}
	return tls.DialWithDialer(dialer, "tcp", *address, config)
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
