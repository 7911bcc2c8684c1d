//go:build greenify_hub && greenify_sim

package each

// hubPortfolioPeriod is after how many seeds the strategies of the portfolio, but for the
// first, repeat themselves.
const hubPortfolioPeriod = 20
