//go:build unix

package graph

import (
	"io"
	"syscall"
	"unsafe"
)

// readSource reads a file into a string that is never copied. It goes straight to the system calls: os.File registers
// every file with the poller first, which costs as much as reading a file of usual size. O_NONBLOCK keeps a FIFO that
// took the file's place from blocking the open, O_NOFOLLOW a link from leading elsewhere.
func readSource(path string, maxBytes int64) (src string, exec bool, err error) {
	var fd int
	err = again(func() (err error) {
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_NOCTTY, 0)
		return err
	})
	if err != nil {
		return "", false, err
	}
	defer func() { _ = syscall.Close(fd) }() // it was only read from
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return "", false, err
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return "", false, errNotRegular
	}
	if st.Size > maxBytes {
		return "", false, tooLarge(st.Size)
	}
	buf := make([]byte, st.Size)
	n := 0
	for n < len(buf) {
		var got int
		err := again(func() (err error) {
			got, err = syscall.Read(fd, buf[n:])
			return err
		})
		if err != nil {
			return "", false, err
		}
		if got == 0 {
			// It was cut short since its size was asked for.
			return "", false, io.ErrUnexpectedEOF
		}
		n += got
	}
	return unsafe.String(unsafe.SliceData(buf), n), st.Mode&syscall.S_IXUSR != 0, nil
}

// again repeats a system call that a signal interrupted.
func again(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
