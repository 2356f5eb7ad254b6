/* Styles: colours for the light and the dark window and for the page, and the diverging map. */
#include "config.h"
#include "lofi-style.h"

#include <math.h>
#include <string.h>

#define RGBA(hex, a) { ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex) & 255) / 255.0, a }
#define RGB(hex) RGBA (hex, 1)

/* Greek, superscripts and tabular figures in all of these; the first that is installed is used. */
#define WINDOW_FONTS "Cantarell, Adwaita Sans, Inter, Noto Sans, DejaVu Sans, sans-serif"
#define PAGE_FONTS "STIX, STIXGeneral, STIX Two Text, Nimbus Roman, Times New Roman, DejaVu Serif, serif"

/* Blue and vermilion of the Okabe-Ito set belong to the two classes; what is left of it serves the series. */
#define LIGHT_SERIES { RGB (0x009e73), RGB (0xbb5a92), RGB (0xa87900), RGB (0x3a87b7), RGB (0x6f6f6f), RGB (0x5b3fa0), \
                       RGB (0x8a5a2b), RGB (0x2e3436) }
#define DARK_SERIES { RGB (0x2fcf9f), RGB (0xe79bc8), RGB (0xe0bd4a), RGB (0x7cc4ee), RGB (0xb0b0b0), RGB (0xb39ddb), \
                      RGB (0xcd9b6a), RGB (0xe8e8e8) }

/* Red against cyan, green against magenta, blue against yellow: each pair alike in lightness, and told apart by every eye. */
#define LIGHT_CHANNELS { RGB (0xc3272b), RGB (0x2c8a2c), RGB (0x2a4fd0) }
#define LIGHT_OPPOSITES { RGB (0x10808c), RGB (0xa8379c), RGB (0x8f7400) }
#define DARK_CHANNELS { RGB (0xff7a70), RGB (0x6cd26a), RGB (0x7c9cff) }
#define DARK_OPPOSITES { RGB (0x4ccdd8), RGB (0xe58be0), RGB (0xd8be44) }

static const LofiStyle light = {
  .name = "light", .page = FALSE,
  .background = RGB (0xffffff), .text = RGB (0x2b2b30), .dim_text = RGB (0x63626a), .grid = RGB (0xececee), .axis = RGB (0xa9a8ae),
  .bulk = RGB (0xb3b2b9), .negative = RGB (0x1a62b8), .positive = RGB (0xe2620a), .neutral = RGB (0xf6f5f4),
  .channel = LIGHT_CHANNELS, .opposite = LIGHT_OPPOSITES, .series = LIGHT_SERIES, .highlight = RGB (0x2b2b30),
  .font_family = WINDOW_FONTS, .font_size = 13, .small_size = 11, .line_width = 1.6,
};

static const LofiStyle dark = {
  .name = "dark", .page = FALSE,
  .background = RGB (0x1e1e1e), .text = RGB (0xf2f1f0), .dim_text = RGB (0xb0aeb4), .grid = RGB (0x313133), .axis = RGB (0x6f6d75),
  .bulk = RGB (0x7f7d86), .negative = RGB (0x62a0ea), .positive = RGB (0xffa348), .neutral = RGB (0x29292b),
  .channel = DARK_CHANNELS, .opposite = DARK_OPPOSITES, .series = DARK_SERIES, .highlight = RGB (0xffffff),
  .font_family = WINDOW_FONTS, .font_size = 13, .small_size = 11, .line_width = 1.6,
};

static const LofiStyle paper = {
  .name = "paper", .page = TRUE,
  .background = RGBA (0xffffff, 0), .text = RGB (0x000000), .dim_text = RGB (0x47464c), .grid = RGB (0xe6e6e8), .axis = RGB (0x6a696f),
  .bulk = RGB (0xb3b2b9), .negative = RGB (0x1a62b8), .positive = RGB (0xe2620a), .neutral = RGB (0xf6f5f4),
  .channel = LIGHT_CHANNELS, .opposite = LIGHT_OPPOSITES, .series = LIGHT_SERIES, .highlight = RGB (0x000000),
  .font_family = PAGE_FONTS, .font_size = 9, .small_size = 7.5, .line_width = 1,
};

const LofiStyle *
lofi_style_light (void)
{
  return &light;
}

const LofiStyle *
lofi_style_dark (void)
{
  return &dark;
}

const LofiStyle *
lofi_style_paper (void)
{
  return &paper;
}

const LofiStyle *
lofi_style_find (const char *name)
{
  static const LofiStyle *const styles[] = { &light, &dark, &paper };
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_strcmp0 (styles[i]->name, name) == 0)
      return styles[i];
  return NULL;
}

void
lofi_color_set (cairo_t *cr, LofiColor color)
{
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, color.alpha);
}

LofiColor
lofi_color_mix (LofiColor a, LofiColor b, double share)
{
  return (LofiColor) { a.red + share * (b.red - a.red), a.green + share * (b.green - a.green), a.blue + share * (b.blue - a.blue),
                       a.alpha + share * (b.alpha - a.alpha) };
}

/* The map is interpolated in linear light, where steps of equal size look alike enough and no hue appears between. */
static double
to_linear (double s)
{
  return s <= 0.04045 ? s / 12.92 : pow ((s + 0.055) / 1.055, 2.4);
}

static guint32
to_byte (double linear)
{
  double s = linear <= 0.0031308 ? linear * 12.92 : 1.055 * pow (linear, 1 / 2.4) - 0.055;
  return (guint32) lrint (CLAMP (s, 0, 1) * 255);
}

/* Lightness of the square root of linear light is close to what the eye sees. */
static guint32
between (double a, double b, double share)
{
  double p = sqrt (to_linear (a)), q = sqrt (to_linear (b));
  double root = p + share * (q - p);
  return to_byte (root * root);
}

static guint32
blend (LofiColor a, LofiColor b, double share)
{
  return 0xff000000u | between (a.red, b.red, share) << 16 | between (a.green, b.green, share) << 8 | between (a.blue, b.blue, share);
}

static guint32
diverging (const LofiStyle *style, LofiColor negative, LofiColor positive, double value)
{
  if (isnan (value))
    return 0xff808080u;
  value = CLAMP (value, -1, 1);
  LofiColor pure = value < 0 ? negative : positive;
  /* The last quarter goes on, to the darker side on light and to the lighter one on dark, so that the extremes stand out. */
  gboolean is_dark = style->neutral.green < 0.5;
  LofiColor shade = is_dark ? (LofiColor) { 1, 1, 1, 1 } : (LofiColor) { 0, 0, 0, 1 };
  LofiColor extreme = lofi_color_mix (pure, shade, is_dark ? 0.45 : 0.5);
  /* On a dark ground small values glow: they are held back a little. */
  double size = is_dark ? pow (fabs (value), 1.25) : fabs (value), knee = 0.7;
  return size <= knee ? blend (style->neutral, pure, size / knee) : blend (pure, extreme, (size - knee) / (1 - knee));
}

guint32
lofi_style_diverging (const LofiStyle *style, double value)
{
  return diverging (style, style->negative, style->positive, value);
}

guint32
lofi_style_diverging_channel (const LofiStyle *style, guint channel, double value)
{
  g_return_val_if_fail (channel < G_N_ELEMENTS (style->channel), 0xff808080u);
  return diverging (style, style->opposite[channel], style->channel[channel], value);
}

/* CIE L*a*b* (D65) to 0xffRRGGBB. */
static guint32
of_lab (double lightness, double a, double b)
{
  double xyz[3], f[3] = { (lightness + 16) / 116 + a / 500, (lightness + 16) / 116, (lightness + 16) / 116 - b / 200 };
  static const double white[3] = { 0.95047, 1, 1.08883 };
  for (int i = 0; i < 3; i++)
    xyz[i] = white[i] * (f[i] > 6.0 / 29 ? pow (f[i], 3) : 3 * (6.0 / 29) * (6.0 / 29) * (f[i] - 4.0 / 29));
  double red = 3.2406 * xyz[0] - 1.5372 * xyz[1] - 0.4986 * xyz[2];
  double green = -0.9689 * xyz[0] + 1.8758 * xyz[1] + 0.0415 * xyz[2];
  double blue = 0.0557 * xyz[0] - 0.2040 * xyz[1] + 1.0570 * xyz[2];
  return 0xff000000u | to_byte (red) << 16 | to_byte (green) << 8 | to_byte (blue);
}

guint32
lofi_style_sequential (const LofiStyle *style, double share)
{
  if (isnan (share))
    return 0xff808080u;
  share = CLAMP (share, 0, 1);
  /* The same colours on dark, backwards; the darkest are left out, which would not stand out from the ground. */
  double u = style->neutral.green < 0.5 ? 0.9 * (1 - share) : share;
  double lightness = 95 - 77 * u, hue = (110 + 180 * u) * G_PI / 180;
  /* As much chroma as screens can show on this way, which has little of it at teal. */
  double chroma = 13 + sin (G_PI * u) * (14 + 40 * pow (1 - u, 3)) + 14 * pow (u, 4);
  return of_lab (lightness, chroma * cos (hue), chroma * sin (hue));
}

LofiColor
lofi_color_of_rgb (guint32 rgb)
{
  return (LofiColor) RGB (rgb);
}

LofiColor
lofi_style_on (guint32 ground)
{
  LofiColor c = lofi_color_of_rgb (ground);
  double luminance = 0.2126 * to_linear (c.red) + 0.7152 * to_linear (c.green) + 0.0722 * to_linear (c.blue);
  /* Where the contrast with black and with white is the same. */
  return luminance > 0.179 ? (LofiColor) { 0, 0, 0, 1 } : (LofiColor) { 1, 1, 1, 1 };
}
