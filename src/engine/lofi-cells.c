/* Cells of a sweep in memory: a tree in order of point, samples, seed and method. */
#include "config.h"
#include <math.h>
#include "lofi-cells-private.h"

struct _LofiCells {
  gatomicrefcount references;
  GMutex lock;
  GTree *tree;               /* LofiCell -> the same */
  guint64 version;
  gsize reference;           /* the largest of any cell */
};

LofiCells *
lofi_cells_new (void)
{
  LofiCells *cells = g_new0 (LofiCells, 1);
  g_atomic_ref_count_init (&cells->references);
  g_mutex_init (&cells->lock);
  cells->tree = g_tree_new_full (lofi_cell_compare_places, NULL, NULL, (GDestroyNotify) lofi_cell_free);
  return cells;
}

LofiCells *
lofi_cells_ref (LofiCells *cells)
{
  g_atomic_ref_count_inc (&cells->references);
  return cells;
}

void
lofi_cells_unref (LofiCells *cells)
{
  if (!g_atomic_ref_count_dec (&cells->references))
    return;
  g_tree_unref (cells->tree);
  g_mutex_clear (&cells->lock);
  g_free (cells);
}

/* Under the lock. */
static LofiCell *
find (LofiCells *cells, const char *point, gsize samples, guint64 seed, LofiMethod method)
{
  const LofiCell place = { .point = point ? point : "", .samples = samples, .seed = seed, .method = method };
  return g_tree_lookup (cells->tree, &place);
}

/* Overlaps with the larger reference stay; of two with the same, always the same ones. Whether anything changed. */
static gboolean
take_overlaps (LofiCell *cell, gsize reference, const double *overlaps, guint n_layers)
{
  if (n_layers != cell->n_layers || reference < cell->reference)
    return FALSE;
  int order = reference > cell->reference ? -1 : 0;
  for (guint l = 0; !order && l < n_layers; l++)
    order = lofi_compare_numbers (overlaps[l], cell->layers[l].overlap);
  if (order >= 0)
    return FALSE;
  for (guint l = 0; l < n_layers; l++)
    cell->layers[l].overlap = overlaps[l];
  cell->reference = reference;
  return TRUE;
}

static void
take_overlaps_of (LofiCell *cell, const LofiCell *other)
{
  g_autofree double *overlaps = g_new (double, other->n_layers + 1);
  for (guint l = 0; l < other->n_layers; l++)
    overlaps[l] = other->layers[l].overlap;
  if (other->reference > 0)
    take_overlaps (cell, other->reference, overlaps, other->n_layers);
}

/* The known cell takes the place of nothing: what it says is what both orders of arrival end with. */
static gboolean
merge (LofiCell *known, const LofiCell *cell)
{
  LofiCell *copy = lofi_cell_dup (cell);
  gboolean better = lofi_cell_compare_contents (cell, known) < 0;
  gsize before = known->reference;
  if (better)
    {
      take_overlaps_of (copy, known);
      LofiCell old = *known;
      *known = *copy;
      *copy = old;
    }
  else
    take_overlaps_of (known, copy);
  lofi_cell_free (copy);
  return better || known->reference != before;
}

LofiCellsAdded
lofi_cells_add (LofiCells *cells, const LofiCell *cell)
{
  LofiCellsAdded added = LOFI_CELLS_ADDED;
  g_mutex_lock (&cells->lock);
  LofiCell *known = find (cells, cell->point, cell->samples, cell->seed, cell->method);
  gboolean changed = !known;
  if (!known)
    {
      known = lofi_cell_dup (cell);
      g_tree_insert (cells->tree, known, known);
    }
  else if (!lofi_cell_agrees (known, cell))
    added = LOFI_CELLS_CONTRADICTED;
  else
    {
      added = LOFI_CELLS_KNOWN;
      changed = merge (known, cell);
    }
  cells->version += changed;
  cells->reference = MAX (cells->reference, known->reference);
  g_mutex_unlock (&cells->lock);
  return added;
}

gboolean
lofi_cells_add_overlaps (LofiCells *cells, const char *point, gsize samples, guint64 seed, gsize reference, const double *overlaps, guint n_layers)
{
  g_mutex_lock (&cells->lock);
  LofiCell *cell = find (cells, point, samples, seed, LOFI_METHOD_LOFI);
  gboolean there = cell && cell->n_layers == n_layers;
  if (there && take_overlaps (cell, reference, overlaps, n_layers))
    {
      cells->version++;
      cells->reference = MAX (cells->reference, reference);
    }
  g_mutex_unlock (&cells->lock);
  return there;
}

gboolean
lofi_cells_has (LofiCells *cells, const char *point, gsize samples, guint64 seed, LofiMethod method)
{
  g_mutex_lock (&cells->lock);
  gboolean found = find (cells, point, samples, seed, method) != NULL;
  g_mutex_unlock (&cells->lock);
  return found;
}

gboolean
lofi_cells_has_overlaps (LofiCells *cells, const char *point, gsize samples, guint64 seed, gsize reference)
{
  g_mutex_lock (&cells->lock);
  LofiCell *cell = find (cells, point, samples, seed, LOFI_METHOD_LOFI);
  gboolean has = cell && cell->reference == reference;
  g_mutex_unlock (&cells->lock);
  return has;
}

LofiCell *
lofi_cells_get (LofiCells *cells, const char *point, gsize samples, guint64 seed, LofiMethod method)
{
  g_mutex_lock (&cells->lock);
  LofiCell *cell = find (cells, point, samples, seed, method);
  LofiCell *copy = cell ? lofi_cell_dup (cell) : NULL;
  g_mutex_unlock (&cells->lock);
  return copy;
}

guint
lofi_cells_count (LofiCells *cells)
{
  g_mutex_lock (&cells->lock);
  guint count = (guint) g_tree_nnodes (cells->tree);
  g_mutex_unlock (&cells->lock);
  return count;
}

guint64
lofi_cells_version (LofiCells *cells)
{
  g_mutex_lock (&cells->lock);
  guint64 version = cells->version;
  g_mutex_unlock (&cells->lock);
  return version;
}

gsize
lofi_cells_reference (LofiCells *cells)
{
  g_mutex_lock (&cells->lock);
  gsize reference = cells->reference;
  g_mutex_unlock (&cells->lock);
  return reference;
}

void
lofi_cells_foreach (LofiCells *cells, void (*visit) (const LofiCell *cell, gpointer data), gpointer data)
{
  g_mutex_lock (&cells->lock);
  for (GTreeNode *node = g_tree_node_first (cells->tree); node; node = g_tree_node_next (node))
    visit (g_tree_node_value (node), data);
  g_mutex_unlock (&cells->lock);
}

void
lofi_cells_extents (LofiCells *cells, guint *layers, guint *eigenvalues, guint *groups)
{
  *layers = *eigenvalues = *groups = 0;
  g_mutex_lock (&cells->lock);
  for (GTreeNode *node = g_tree_node_first (cells->tree); node; node = g_tree_node_next (node))
    {
      const LofiCell *cell = g_tree_node_value (node);
      *layers = MAX (*layers, cell->n_layers);
      for (guint l = 0; l < cell->n_layers; l++)
        {
          *eigenvalues = MAX (*eigenvalues, cell->layers[l].n_eigenvalues);
          *groups = MAX (*groups, cell->layers[l].n_groups);
        }
    }
  g_mutex_unlock (&cells->lock);
}

void
lofi_cells_visit_point (LofiCells *cells, const char *point, gboolean (*visit) (const LofiCell *cell, gpointer data), gpointer data)
{
  const LofiCell first = { .point = point ? point : "" };
  g_mutex_lock (&cells->lock);
  for (GTreeNode *node = g_tree_lower_bound (cells->tree, &first); node; node = g_tree_node_next (node))
    {
      const LofiCell *cell = g_tree_node_value (node);
      if (lofi_point_compare (cell->point, first.point) != 0 || !visit (cell, data))
        break;
    }
  g_mutex_unlock (&cells->lock);
}
