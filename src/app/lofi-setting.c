/* One setting of the inspector. */
#include "config.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

struct _LofiSetting {
  GtkBox parent_instance;
  GtkWidget *line, *title, *blurb;
  GtkWidget *control, *extra;
  char *sentence, *reason, *note;
};

static void buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LofiSetting, lofi_setting, GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_init))

enum { PROP_0, PROP_TITLE, PROP_BLURB, N_PROPS };
static GParamSpec *props[N_PROPS];

static void
show_sentence (LofiSetting *self)
{
  gboolean noted = self->note && !self->reason && self->sentence;
  g_autofree char *both = noted ? g_strconcat (self->sentence, "\n", self->note, NULL) : NULL;
  const char *text = both ? both : self->reason ? self->reason : self->sentence ? self->sentence : self->note;
  gtk_label_set_text (GTK_LABEL (self->blurb), text ? text : "");
  gtk_widget_set_visible (self->blurb, text && *text);
  gboolean sensitive = self->reason == NULL;
  if (self->control)
    gtk_widget_set_sensitive (self->control, sensitive);
  if (self->extra)
    gtk_widget_set_sensitive (self->extra, sensitive);
  lofi_widget_show_tooltip (GTK_WIDGET (self), self->reason);
}

void
lofi_setting_set_reason (LofiSetting *self, const char *reason)
{
  g_return_if_fail (LOFI_IS_SETTING (self));
  if (g_strcmp0 (reason, self->reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  show_sentence (self);
}

void
lofi_setting_set_note (LofiSetting *self, const char *note)
{
  g_return_if_fail (LOFI_IS_SETTING (self));
  if (g_strcmp0 (note, self->note) == 0)
    return;
  g_free (self->note);
  self->note = g_strdup (note);
  show_sentence (self);
}

const char *
lofi_setting_get_reason (LofiSetting *self)
{
  return self->reason;
}

/* For those who hear the window: the control is named by its title and described by its sentence. */
static void
relate (LofiSetting *self, GtkWidget *widget)
{
  gtk_accessible_update_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY, self->title, NULL,
                                  GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->blurb, NULL, -1);
}

static void
lofi_setting_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  LofiSetting *self = LOFI_SETTING (buildable);
  g_return_if_fail (GTK_IS_WIDGET (child));
  if (g_strcmp0 (type, "extra") == 0)
    {
      self->extra = GTK_WIDGET (child);
      gtk_box_insert_child_after (GTK_BOX (self), self->extra, self->line);
    }
  else
    {
      self->control = GTK_WIDGET (child);
      gtk_widget_set_valign (self->control, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (self->line), self->control);
    }
  relate (self, GTK_WIDGET (child));
}

static void
buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = lofi_setting_add_child;
}

static void
lofi_setting_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  LofiSetting *self = LOFI_SETTING (object);
  switch (id)
    {
    case PROP_TITLE:
      gtk_label_set_text (GTK_LABEL (self->title), g_value_get_string (value));
      lofi_widget_show_tooltip (self->title, g_value_get_string (value));     /* it may be cut short */
      break;
    case PROP_BLURB:
      if (g_strcmp0 (g_value_get_string (value), self->sentence) == 0)
        return;
      g_free (self->sentence);
      self->sentence = g_value_dup_string (value);
      show_sentence (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
lofi_setting_finalize (GObject *object)
{
  LofiSetting *self = LOFI_SETTING (object);
  g_free (self->sentence);
  g_free (self->reason);
  g_free (self->note);
  G_OBJECT_CLASS (lofi_setting_parent_class)->finalize (object);
}

static void
lofi_setting_class_init (LofiSettingClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->set_property = lofi_setting_set_property;
  object_class->finalize = lofi_setting_finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_BLURB] = g_param_spec_string ("blurb", NULL, NULL, "", G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lofi_setting_init (LofiSetting *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "setting");
  self->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_box_append (GTK_BOX (self->line), self->title);
  gtk_box_append (GTK_BOX (self), self->line);
  self->blurb = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->blurb), 0);
  gtk_label_set_wrap (GTK_LABEL (self->blurb), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->blurb), 20);    /* the panel is as wide as its controls, not its sentences */
  gtk_widget_add_css_class (self->blurb, "dim-label");
  gtk_widget_add_css_class (self->blurb, "caption");
  gtk_widget_set_visible (self->blurb, FALSE);      /* until there is a sentence */
  gtk_box_append (GTK_BOX (self), self->blurb);
}
