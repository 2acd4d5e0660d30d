// Command go-ssh-client logs in with golang.org/x/crypto/ssh, runs one command and prints what it got. A test tool: it trusts any host key.
package main

import (
	"fmt"
	"os"

	"golang.org/x/crypto/ssh"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: go-ssh-client HOST:PORT USER PASSWORD COMMAND")
		os.Exit(2)
	}
	client, err := ssh.Dial("tcp", os.Args[1], &ssh.ClientConfig{
		User:            os.Args[2],
		Auth:            []ssh.AuthMethod{ssh.Password(os.Args[3])},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	check(err)
	defer client.Close()
	session, err := client.NewSession()
	check(err)
	output, err := session.CombinedOutput(os.Args[4])
	check(err)
	fmt.Printf("%s\n%s", client.ServerVersion(), output)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
