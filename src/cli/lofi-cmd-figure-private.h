/* What `lofi figure` was asked for, and what draws it. */
#pragma once

#include "lofi-cli.h"
#include "lofi-figures.h"

typedef struct {
  LofiCli *cli;
  const char *folder;               /* given in place of an experiment, or NULL */
  LofiExperiment *experiment;
  int layer;                        /* from 0 */
  LofiAlignSpace space;             /* of an alignment */
} LofiFigureJob;

/* Figures of sweeps (lofi-cmd-figure-sweep.c): of the cells in the folder, or of a sweep that is run. NULL with an error. */
LofiFigure *lofi_draw_emergence (const LofiFigureJob *job, GError **error);
