// Nixsink shows where a NixOS repository declares its central values and which options they end up in.
package main

import (
	"os"
	"runtime"

	"nixsink/internal/cli"
)

func main() {
	runtime.MemProfileRate = 0 // sampling allocations costs every run; --memprofile turns it on
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
