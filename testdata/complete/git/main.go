// Command git serves git repositories by HTTP and SSH with all of gitkit, as its README does: the
// servers that are complete programs need modules that are not to be had, or half an hour to build.
package main

import (
	"flag"
	"log"
	"net/http"

	"github.com/sosedoff/gitkit"
)

func main() {
	dir := flag.String("dir", "", "`folder` of repositories")
	keys := flag.String("keys", "", "`folder` of the server's key")
	web := flag.String("http", "", "listen on this `address`")
	secure := flag.String("ssh", "", "listen on this `address`")
	flag.Parse()
	config := gitkit.Config{Dir: *dir, KeyDir: *keys, AutoCreate: true}
	service := gitkit.New(config)
	if err := service.Setup(); err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(gitkit.NewSSH(config).ListenAndServe(*secure)) }()
	log.Fatal(http.ListenAndServe(*web, service))
}
