/* The application: one window, opened on the last experiment, a file or a data set. */
#pragma once

#include <adwaita.h>

#define LOFI_TYPE_APPLICATION (lofi_application_get_type ())
G_DECLARE_FINAL_TYPE (LofiApplication, lofi_application, LOFI, APPLICATION, AdwApplication)

LofiApplication *lofi_application_new (void);
