/* A field for a positive number of any size. */
#include "config.h"
#include <math.h>
#include <string.h>
#include "lofi-number.h"

struct _LofiNumber {
  GtkEntry parent_instance;
  double value;
};

G_DEFINE_FINAL_TYPE (LofiNumber, lofi_number, GTK_TYPE_ENTRY)

static guint chosen_signal;

/* As the shortest text that reads back as the same number. */
static void
write_value (LofiNumber *self)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, self->value);
      if (g_ascii_strtod (text, NULL) == self->value)
        break;
    }
  /* 1e-06 is 1e-6. */
  char *exponent = strchr (text, 'e');
  if (exponent && (exponent[1] == '-' || exponent[1] == '+') && exponent[2] == '0' && exponent[3] != '\0')
    memmove (exponent + (exponent[1] == '+' ? 1 : 2), exponent + 3, strlen (exponent + 3) + 1);
  gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (self)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self), text);
}

/* A comma is a decimal point too. */
static gboolean
read_value (LofiNumber *self, double *value)
{
  g_autofree char *text = g_strdelimit (g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self)))), ",", '.');
  char *end;
  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value) && *value > 0;
}

static void
take (LofiNumber *self)
{
  double value;
  if (!read_value (self, &value))
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "error");
      return;
    }
  gboolean other = value != self->value;
  self->value = value;
  write_value (self);
  if (other)
    g_signal_emit (self, chosen_signal, 0, value);
}

static void
on_leave (LofiNumber *self)
{
  double value;
  if (read_value (self, &value))
    take (self);
  else
    write_value (self);
}

static gboolean
has_focus (LofiNumber *self)
{
  return gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self))));
}

void
lofi_number_show (LofiNumber *self, double value)
{
  g_return_if_fail (LOFI_IS_NUMBER (self));
  if (value == self->value)
    return;
  self->value = value;
  if (!has_focus (self))
    write_value (self);
}

double
lofi_number_get (LofiNumber *self)
{
  return self->value;
}

static void
lofi_number_class_init (LofiNumberClass *class)
{
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
lofi_number_init (LofiNumber *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect (self, "activate", G_CALLBACK (take), NULL);
  gtk_editable_set_width_chars (GTK_EDITABLE (self), 6);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self), 6);
  gtk_entry_set_input_purpose (GTK_ENTRY (self), GTK_INPUT_PURPOSE_NUMBER);
}
