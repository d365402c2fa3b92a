package render

import (
	"fmt"
	"math"
	"testing"
)

// TestPalette looks at the colours with full sight and as somebody without one of the three kinds of cones sees them (Machado,
// Oliveira and Fernandes 2009), and wants every two of them apart. Distances are Oklab's; 2 is about what one can just see.
func TestPalette(t *testing.T) {
	const least = 8
	for side, pick := range map[string]func(tone) string{
		"light": func(t tone) string { return t.light },
		"dark":  func(t tone) string { return t.dark },
	} {
		tones := append(layerTones[:len(layerTones):len(layerTones)], noTone, wrongTone)
		for i, a := range tones {
			for _, b := range tones[:i] {
				for sight, matrix := range sights {
					d := distance(seen(t, pick(a), matrix), seen(t, pick(b), matrix))
					if d < least {
						t.Errorf("%s: %s and %s are only %.1f apart with %s", side, pick(a), pick(b), d, sight)
					}
				}
			}
		}
	}
}

var sights = map[string][9]float64{
	"full sight":   {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// seen gives a colour in Oklab, as one sees it.
func seen(t *testing.T, hex string, m [9]float64) [3]float64 {
	t.Helper()
	var v [3]int
	if _, err := fmt.Sscanf(hex, "#%02X%02X%02X", &v[0], &v[1], &v[2]); err != nil {
		t.Fatalf("%s: %v", hex, err)
	}
	var lin, rgb [3]float64
	for i, n := range v {
		c := float64(n) / 255
		if lin[i] = c / 12.92; c > 0.04045 {
			lin[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	for i := range rgb {
		rgb[i] = min(1, max(0, m[3*i]*lin[0]+m[3*i+1]*lin[1]+m[3*i+2]*lin[2]))
	}
	l := math.Cbrt(0.4122214708*rgb[0] + 0.5363325363*rgb[1] + 0.0514459929*rgb[2])
	mm := math.Cbrt(0.2119034982*rgb[0] + 0.6806995451*rgb[1] + 0.1073969566*rgb[2])
	s := math.Cbrt(0.0883024619*rgb[0] + 0.2817188376*rgb[1] + 0.6299787005*rgb[2])
	return [3]float64{
		0.2104542553*l + 0.7936177850*mm - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*mm + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*mm - 0.8086757660*s,
	}
}

func distance(a, b [3]float64) float64 {
	return 100 * math.Sqrt((a[0]-b[0])*(a[0]-b[0])+(a[1]-b[1])*(a[1]-b[1])+(a[2]-b[2])*(a[2]-b[2]))
}
