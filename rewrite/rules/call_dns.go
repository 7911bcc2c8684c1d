package rules

var lookups = []string{"LookupAddr", "LookupCNAME", "LookupHost", "LookupIP", "LookupMX", "LookupNS", "LookupPort", "LookupSRV", "LookupTXT"}

var callDNS = join(
	offload("net", "", "waits for the resolver", lookups...),
	offload("net", "", "waits for the resolver", "ResolveIPAddr", "ResolveTCPAddr", "ResolveUDPAddr"),
	offload("net", "*Resolver", "waits for the resolver", append([]string{"LookupIPAddr", "LookupNetIP"}, lookups...)...),
)
