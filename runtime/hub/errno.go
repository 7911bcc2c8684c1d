//go:build greenify_hub

package runtime

// hubErrors are the errors that a file or a socket of a setting can meet, in the words of
// package syscall, which package runtime cannot import.
var hubErrors = [...]struct {
	errno uint8
	text  string
}{
	{1, "operation not permitted"},
	{2, "no such file or directory"},
	{5, "input/output error"},
	{12, "cannot allocate memory"},
	{13, "permission denied"},
	{20, "not a directory"},
	{21, "is a directory"},
	{23, "too many open files in system"},
	{24, "too many open files"},
	{26, "text file busy"},
	{27, "file too large"},
	{28, "no space left on device"},
	{30, "read-only file system"},
	{32, "broken pipe"},
	{36, "file name too long"},
	{40, "too many levels of symbolic links"},
	{97, "address family not supported by protocol"},
	{_EADDRINUSE, "address already in use"},
	{122, "disk quota exceeded"},
}

// hubPrintError prints what an error number of the kernel means. It allocates nothing.
func hubPrintError(errno uintptr) {
	for i := range hubErrors {
		if uintptr(hubErrors[i].errno) == errno {
			print(hubErrors[i].text)
			return
		}
	}
	print("error ", errno)
}
