package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// nginxConfig serves a folder of files on loopback: as many processes as cores,
// no log, files compressed beforehand. It is as light as nginx gets.
const nginxConfig = `daemon off;
%[4]s
worker_processes auto;
pid %[1]s/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	types { text/html html; }
	charset utf-8;
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000;
	open_file_cache max=100;
	gzip_static on;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server { listen %[2]s; root %[3]s; }
}
`

type nginx struct {
	address string
	cmd     *exec.Cmd
}

// startNginx serves files; its error is exec.ErrNotFound where there is no nginx.
func startNginx(dir, files string) (*nginx, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, exec.ErrNotFound
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &nginx{address: l.Addr().String()}
	l.Close()
	if dir, err = filepath.Abs(filepath.Join(dir, "nginx")); err != nil {
		return nil, err
	}
	if files, err = filepath.Abs(files); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	config, user := filepath.Join(dir, "nginx.conf"), ""
	if os.Geteuid() == 0 {
		user = "user root;" // another one could not read a temporary folder
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, n.address, files, user), 0o644); err != nil {
		return nil, err
	}
	n.cmd = exec.Command(program, "-c", config, "-p", dir)
	n.cmd.Stderr = os.Stderr
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if v, err := visit(n.address); err == nil {
			v.Close()
			return n, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	n.stop()
	return nil, fmt.Errorf("nginx does not answer at %s", n.address)
}

func (n *nginx) stop() {
	_ = n.cmd.Process.Signal(os.Interrupt) // it may have ended
	_ = n.cmd.Wait()
}
