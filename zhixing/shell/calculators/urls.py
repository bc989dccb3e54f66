from django.urls import path

from . import views

urlpatterns = [
    path("calculators/", views.fee, name="calculators"),
    path("calculators/delay/", views.delay, name="calculator-delay"),
    path("calculators/ordinary/", views.ordinary, name="calculator-ordinary"),
    path("calculators/order/", views.payment, name="calculator-order"),
    path("calculators/sharing/", views.sharing, name="calculator-sharing"),
]
