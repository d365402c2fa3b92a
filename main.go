// Nixsink shows where a NixOS repository declares its central values and which options they end up in.
package main

import (
	"os"

	"nixsink/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
