// What a Go client makes of https://localhost:PORT/ for each port.
// SPDX-License-Identifier: Apache-2.0
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func try(client *http.Client, port string) error {
	response, err := client.Get("https://localhost:" + port + "/")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func main() {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(os.Args[1])
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		panic("no roots")
	}
	client := &http.Client{
		Timeout: 8 * time.Second,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}},
	}
	for _, port := range os.Args[2:] {
		if err := try(client, port); err != nil {
			fmt.Println(port, "fails",
				strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println(port, "works")
		}
	}
}
