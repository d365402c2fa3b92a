package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"github.com/spf13/pflag"
)

// profiles are the hidden flags that tell where the time and memory of a run go.
type profiles struct {
	cpu, mem, trace string
	cpuFile, trFile *os.File
}

func (p *profiles) flags(f *pflag.FlagSet) {
	f.StringVar(&p.cpu, "cpuprofile", "", "write a CPU profile to this `file`")
	f.StringVar(&p.mem, "memprofile", "", "write a heap profile to this `file`")
	f.StringVar(&p.trace, "trace", "", "write an execution trace to this `file`")
	for _, name := range []string{"cpuprofile", "memprofile", "trace"} {
		must(f.MarkHidden(name))
	}
}

// sampleRate is one sampled allocation in so many bytes, Go's own default. The program itself starts with none (main.go).
const sampleRate = 512 * 1024

func (p *profiles) start() (err error) {
	if p.mem != "" {
		runtime.MemProfileRate = sampleRate
	}
	if p.cpu != "" {
		if p.cpuFile, err = os.Create(p.cpu); err != nil {
			return fmt.Errorf("write CPU profile: %w", err)
		}
		if err := pprof.StartCPUProfile(p.cpuFile); err != nil {
			return fmt.Errorf("write CPU profile: %w", err)
		}
	}
	if p.trace != "" {
		if p.trFile, err = os.Create(p.trace); err != nil {
			return fmt.Errorf("write trace: %w", err)
		}
		if err := trace.Start(p.trFile); err != nil {
			return fmt.Errorf("write trace: %w", err)
		}
	}
	return nil
}

func (p *profiles) stop() error {
	var errs []error
	if p.cpuFile != nil {
		pprof.StopCPUProfile()
		errs = append(errs, p.cpuFile.Close())
	}
	if p.trFile != nil {
		trace.Stop()
		errs = append(errs, p.trFile.Close())
	}
	if p.mem != "" {
		f, err := os.Create(p.mem)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("write heap profile: %w", err))...)
		}
		runtime.GC() // the profile speaks of what was live at the last collection
		errs = append(errs, pprof.WriteHeapProfile(f), f.Close())
	}
	return errors.Join(errs...)
}
