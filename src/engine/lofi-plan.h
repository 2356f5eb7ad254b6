/* What a fit will cost, known before it starts: stage by stage floating-point operations and bytes. */
#pragma once

#include "lofi-fit.h"

typedef struct {
  LofiStage stage;
  int layer;               /* from 0, or -1 */
  double flops;            /* weighted to those of a matrix product: a stage at half that speed counts double */
  gsize bytes;             /* held while it runs, everything kept so far included */
} LofiPlanStage;

typedef struct _LofiPlan {
  gatomicrefcount references;
  GArray *stages;          /* LofiPlanStage, in order; null lines by permutations last, but those of keep=auto */
  double flops;            /* of all of them */
  gsize bytes;             /* the largest of the stages' */
  gsize budget;            /* what it may use */
  gboolean streams;        /* no lift is kept, so that it fits: samples are lifted again whenever they are asked for */
} LofiPlan;
LofiPlan *lofi_plan_ref (LofiPlan *plan);
void lofi_plan_unref (LofiPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiPlan, lofi_plan_unref)

/* The data as a plan needs it: of a task, or as expected of a source. */
typedef struct {
  gsize train, test;
  LofiMapShape shape;      /* of a sample; a vector of d is 1 x 1 x d */
} LofiPlanData;
LofiPlanData lofi_plan_data_of_task (const LofiTask *task);

/* (transfer full). Errors as the layers' own: a convolution that leaves nothing, a size that overflows. */
LofiPlan *lofi_plan_new (const LofiExperiment *experiment, LofiPlanData data, gboolean with_baselines, GError **error);
/* FALSE when the plan is beyond its budget: the error says by how much and what to reduce. */
gboolean lofi_plan_check (const LofiPlan *plan, GError **error);
/* Seconds on this machine, from its speed measured once per process (a matrix product of some milliseconds). */
double lofi_plan_seconds (const LofiPlan *plan);
