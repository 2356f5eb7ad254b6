/* Over the Features view: which two kept features are scattered, and how much of what a teacher planted each direction holds. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-chart.h"
#include "lofi-scene.h"

#define LOFI_TYPE_FEATURES_BAR (lofi_features_bar_get_type ())
G_DECLARE_FINAL_TYPE (LofiFeaturesBar, lofi_features_bar, LOFI, FEATURES_BAR, GtkBox)

/* Once. */
void lofi_features_bar_set_session (LofiFeaturesBar *self, LofiSession *session);
/* The overlaps of the scene, if it has any. */
void lofi_features_bar_show (LofiFeaturesBar *self, const LofiScene *scene);
/* Its "picked" is a direction. */
LofiChart *lofi_features_bar_get_chart (LofiFeaturesBar *self);
