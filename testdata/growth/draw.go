package main

import (
	"bytes"
	"image/color"
	"math"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	width, height = 720, 558 // points, and whole pixels
	footer        = 18
)

// Two colours that also the colour-blind tell apart.
var colours = [2]color.Color{color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}}

// drawAll writes the panels, two in a row, on white, and what was measured below them.
func drawAll(file, about string, panels []*panel) error {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	var rows [][]*plot.Plot
	for i, p := range panels {
		drawn, err := drawPanel(p)
		if err != nil {
			return err
		}
		if i%2 == 0 {
			rows = append(rows, make([]*plot.Plot, 2))
		}
		rows[i/2][i%2] = drawn
	}
	svg := vgsvg.New(width, height)
	c := draw.New(svg)
	c.FillPolygon(color.White, []vg.Point{{X: 0, Y: 0}, {X: width, Y: 0}, {X: width, Y: height}, {X: 0, Y: height}})
	style := rows[0][0].X.Tick.Label
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	c.FillText(style, vg.Point{X: width / 2, Y: 6}, about)
	tiles := draw.Tiles{Rows: len(rows), Cols: 2, PadX: 24, PadY: 20, PadTop: 10, PadBottom: 10, PadLeft: 10, PadRight: 24}
	for i, row := range plot.Align(rows, tiles, draw.Crop(c, 0, 0, footer, 0)) {
		for j := range row {
			if rows[i][j] != nil {
				rows[i][j].Draw(row[j])
			}
		}
	}
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		return err
	}
	// Letters of Arial and Helvetica are as wide as Liberation's, which few systems have.
	text := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	return os.WriteFile(file, text, 0o666)
}

func drawPanel(p *panel) (*plot.Plot, error) {
	d := plot.New()
	d.Title.Text, d.X.Label.Text, d.Y.Label.Text = p.title, p.x, p.y
	d.X.Scale, d.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(powers)
	d.Legend.Top, d.Legend.Padding = true, 3
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{Y: 0xe4}, color.Gray{Y: 0xe4}
	d.Add(grid)
	top := 0.0
	for side, name := range p.sides {
		var xys plotter.XYs
		for _, pt := range p.points {
			xys = append(xys, plotter.XY{X: float64(pt.size), Y: pt.values[side]})
			top = max(top, pt.values[side])
		}
		line, dots, err := plotter.NewLinePoints(xys)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colours[side], 2
		dots.Color, dots.Shape, dots.Radius = colours[side], draw.CircleGlyph{}, 3
		if side == 1 {
			line.Dashes = []vg.Length{6, 3} // seen where the curves are one
		}
		d.Add(line, dots)
		d.Legend.Add(name, line, dots)
	}
	if d.X.Min == d.X.Max { // an axis has a length, and no 0 if it is logarithmic
		d.X.Min, d.X.Max = d.X.Min/2, d.X.Max*2
	}
	if p.log {
		d.Y.Scale, d.Y.Tick.Marker = plot.LogScale{}, plot.TickerFunc(powers)
		d.Y.Min = math.Pow10(int(math.Floor(math.Log10(d.Y.Min))))
		d.Y.Max = math.Pow10(int(math.Ceil(math.Log10(d.Y.Max))))
		d.Legend.Left = true
	} else {
		d.Y.Min, d.Y.Max = 0, top*1.35 // the legend is above the curves
		d.Y.Tick.Marker = plot.TickerFunc(func(low, high float64) []plot.Tick { return short(plot.DefaultTicks{}.Ticks(low, high)) })
	}
	return d, nil
}

// powers are ticks at the powers of ten.
func powers(low, high float64) []plot.Tick {
	return short(plot.LogTicks{Prec: -1}.Ticks(low, high))
}

// short labels ticks with k for a thousand and M for a million.
func short(ticks []plot.Tick) []plot.Tick {
	for i, t := range ticks {
		if t.Label == "" {
			continue
		}
		switch {
		case t.Value >= 1e6:
			ticks[i].Label = strconv.FormatFloat(t.Value/1e6, 'g', -1, 64) + "M"
		case t.Value >= 1e3:
			ticks[i].Label = strconv.FormatFloat(t.Value/1e3, 'g', -1, 64) + "k"
		}
	}
	return ticks
}
