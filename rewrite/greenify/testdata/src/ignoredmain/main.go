//greenify:ignore-file the hub is started by hand

package main

func main() { serve(nil) }
