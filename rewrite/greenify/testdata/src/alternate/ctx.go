package alternate

import (
	"context"
)

type never struct{ context.Context }

func canceled() never { return never{} }
