// A Go server of every version that it still has: server ADDRESS:PORT CERT KEY.
// It ends each connection after the handshake.
// SPDX-License-Identifier: Apache-2.0
package main

import (
	"crypto/tls"
	"log"
	"net"
	"os"
)

func answer(connection net.Conn) {
	defer connection.Close()
	if err := connection.(*tls.Conn).Handshake(); err != nil {
		log.Print(err)
	}
}

func main() {
	pair, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := tls.Listen("tcp", os.Args[1], &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS10,
		NextProtos:   []string{"h2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go answer(connection)
	}
}
