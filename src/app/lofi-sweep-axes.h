/* The further axes of a sweep: a key for each, and the values it takes. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_SWEEP_AXES (lofi_sweep_axes_get_type ())
G_DECLARE_FINAL_TYPE (LofiSweepAxes, lofi_sweep_axes, LOFI, SWEEP_AXES, GtkBox)

/* Once. */
void lofi_sweep_axes_set_session (LofiSweepAxes *self, LofiSession *session);
/* The controls of an axis, from 0: its key, its values, and what is wrong with them, "" if nothing. */
GtkDropDown *lofi_sweep_axes_get_key (LofiSweepAxes *self, guint axis);
GtkEditable *lofi_sweep_axes_get_values (LofiSweepAxes *self, guint axis);
const char *lofi_sweep_axes_get_problem (LofiSweepAxes *self, guint axis);
/* Chooses the entry of that key; FALSE if it is not offered. */
gboolean lofi_sweep_axes_choose (LofiSweepAxes *self, guint axis, const char *key);
