#include "arguments.h"
#include "forms.h"
#include "import_codes.h"
#include "import_parts.h"

static bool setting_mistake(struct import *im, const struct import_setting *setting,
                            const char *problem)
{
    diag_file_error(im->diags, &import_codes[IMPORT_SETTING], "command line", "\"%s=%s\": %s",
                    setting->service, setting->value, problem);
    return false;
}

static struct draft_service *named_service(struct import *im, const struct import_setting *setting)
{
    struct draft_service *service = draft_find_name(&im->draft, setting->service);
    if (!service && setting->attr == SCHEMA_service_cmd && form_is_name(str_from(setting->service)))
        service = draft_service(&im->draft, str_from(setting->service), 0);
    return service;
}

static bool apply_dependency(struct import *im, struct draft_service *service,
                             const struct import_setting *setting)
{
    struct draft_service *to = draft_find_name(&im->draft, setting->value);
    if (!to)
        return setting_mistake(im, setting, "there is no service of the second name");
    draft_depend(&im->draft, service, to, 0);
    return true;
}

static bool apply(struct import *im, const struct import_setting *setting)
{
    struct draft_service *service = named_service(im, setting);
    struct str value = str_from(setting->value);
    uint32_t port;
    if (!service)
        return setting_mistake(im, setting,
                               setting->attr == SCHEMA_service_cmd
                                   ? "a name has letters, digits, _, . and -"
                                   : "there is no service of this name");
    switch (setting->attr) {
    case SCHEMA_service_cmd:
        draft_set(service, setting->attr, shell_hcl(im->arena, value));
        service->left_out = (struct str){0};
        return true;
    case SCHEMA_service_port:
        if (!import_number(value, 65535, &port))
            return setting_mistake(im, setting, "a port is a number from 0 to 65535");
        draft_set(service, setting->attr, value);
        return true;
    case SCHEMA_service_depends_on: return apply_dependency(im, service, setting);
    case SCHEMA_watch_paths: draft_add_text(&im->draft, service, setting->attr, value); return true;
    case SCHEMA_health_path:
        draft_set_text(&im->draft, service, SCHEMA_health_type, STR("http"));
        draft_set_text(&im->draft, service, setting->attr, value);
        return true;
    default: draft_set_text(&im->draft, service, setting->attr, value); return true;
    }
}

bool import_apply_settings(struct import *im)
{
    bool right = true;
    for (size_t i = 0; i < im->options->setting_count; i++)
        right = apply(im, &im->options->settings[i]) && right;
    return right;
}
