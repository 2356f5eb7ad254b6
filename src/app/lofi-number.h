/* A field for a positive number of any size, such as 1e-6. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_NUMBER (lofi_number_get_type ())
G_DECLARE_FINAL_TYPE (LofiNumber, lofi_number, LOFI, NUMBER, GtkEntry)

/* Signal "chosen" (double): the user entered another number, by Enter or by leaving the field. What is not a number above 0 is marked, and
 * given up for the last one when the field is left. */

/* Leaves alone what is being typed. */
void lofi_number_show (LofiNumber *self, double value);
double lofi_number_get (LofiNumber *self);
